"""What a skill looks like in the syntax tree of each language: tree-sitter queries.

Captures are the skills; `name` is the name of a function where it is defined, `call` the name of one that is
called on nothing, and `own` that of one called on the object itself or on a link to one of its kind
(`this.left.insert`): together they make recursion. With `on`, what it is called on must be the method's own
receiver (Go).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LINKS: Final = '"left" "right" "next" "prev" "previous" "child" "children" "subtree"'

_JAVASCRIPT: Final = f"""
[(for_statement) (for_in_statement) (while_statement) (do_statement)] @loop
(call_expression function: (member_expression property: (property_identifier) @f (#eq? @f "forEach"))) @loop
[(if_statement) (ternary_expression) (switch_statement)] @conditional
(catch_clause) @error-handling
(call_expression function: (member_expression property: (property_identifier) @f (#eq? @f "catch")))
  @error-handling
[(function_declaration) (generator_function_declaration) (function_expression) (arrow_function)
  (method_definition)] @function
[(class_declaration) (class)] @class
(function_declaration name: (identifier) @name)
(generator_function_declaration name: (identifier) @name)
(function_expression name: (identifier) @name)
(method_definition name: (property_identifier) @name)
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)])
(assignment_expression left: [(identifier) @name (member_expression property: (property_identifier) @name)]
  right: [(arrow_function) (function_expression)])
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)])
(call_expression function: (identifier) @call)
(call_expression function: (member_expression object: (this) property: (property_identifier) @own))
(call_expression function: (member_expression
  object: (member_expression property: (property_identifier) @of (#any-of? @of {_LINKS}))
  property: (property_identifier) @own))
"""

_FIELDS: Final = """
(field_definition property: (property_identifier) @name value: [(arrow_function) (function_expression)])
"""
_TYPED_FIELDS: Final = """
(public_field_definition name: (property_identifier) @name value: [(arrow_function) (function_expression)])
"""

QUERIES: Final[Mapping[str, str]] = {
    "javascript": _JAVASCRIPT + _FIELDS,
    "typescript": _JAVASCRIPT + _TYPED_FIELDS,
    "tsx": _JAVASCRIPT + _TYPED_FIELDS,
    "java": f"""
[(for_statement) (enhanced_for_statement) (while_statement) (do_statement)] @loop
(method_invocation name: (identifier) @f (#any-of? @f "forEach" "forEachOrdered")) @loop
[(if_statement) (ternary_expression) (switch_expression)] @conditional
(catch_clause) @error-handling
[(method_declaration) (lambda_expression)] @function
[(class_declaration) (record_declaration) (interface_declaration) (enum_declaration)] @class
(method_declaration name: (identifier) @name)
(method_invocation !object name: (identifier) @call)
(method_invocation object: (this) name: (identifier) @own)
(method_invocation object: [(identifier) @of (field_access field: (identifier) @of)] name: (identifier) @own
  (#any-of? @of {_LINKS}))
""",
    "c": """
[(for_statement) (while_statement) (do_statement)] @loop
[(if_statement) (switch_statement) (conditional_expression)] @conditional
(call_expression function: (identifier) @f (#any-of? @f "perror" "strerror" "setjmp")) @error-handling
((identifier) @error-handling (#eq? @error-handling "errno"))
(call_expression function: (identifier) @f arguments: (argument_list . (identifier) @a)
  (#eq? @f "fprintf") (#eq? @a "stderr")) @error-handling
(call_expression function: (identifier) @f arguments: (argument_list . (identifier) @a)
  (#eq? @f "exit") (#eq? @a "EXIT_FAILURE")) @error-handling
(function_definition) @function
(struct_specifier body: (_)) @class
(function_definition declarator: (_ (identifier) @name))
(function_declarator declarator: (identifier) @name)
(call_expression function: (identifier) @call)
""",
    "cpp": f"""
[(for_statement) (for_range_loop) (while_statement) (do_statement)] @loop
(call_expression function: (qualified_identifier name: (identifier) @f (#eq? @f "for_each"))) @loop
[(if_statement) (switch_statement) (conditional_expression)] @conditional
(catch_clause) @error-handling
(call_expression function: (identifier) @f (#any-of? @f "perror" "strerror" "setjmp")) @error-handling
((identifier) @error-handling (#eq? @error-handling "errno"))
[(function_definition) (lambda_expression)] @function
[(class_specifier body: (_)) (struct_specifier body: (_))] @class
(function_declarator declarator: [(identifier) (field_identifier)] @name)
(function_declarator declarator: (qualified_identifier name: (identifier) @name))
(call_expression function: (identifier) @call)
(call_expression function: (field_expression argument: (this) field: (field_identifier) @own))
(call_expression function: (field_expression
  argument: [(identifier) @of (field_expression field: (field_identifier) @of)]
  field: (field_identifier) @own)
  (#any-of? @of {_LINKS}))
""",
    "csharp": """
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @loop
(invocation_expression function: (member_access_expression name: (identifier) @f (#eq? @f "ForEach"))) @loop
[(if_statement) (switch_statement) (switch_expression) (conditional_expression)] @conditional
(catch_clause) @error-handling
[(method_declaration) (local_function_statement) (lambda_expression)] @function
[(class_declaration) (struct_declaration) (record_declaration) (interface_declaration)] @class
(method_declaration name: (identifier) @name)
(local_function_statement name: (identifier) @name)
(invocation_expression function: (identifier) @call)
(invocation_expression function: (member_access_expression "this" name: (identifier) @own))
(invocation_expression function: (member_access_expression
  expression: [(identifier) @of (member_access_expression name: (identifier) @of)] name: (identifier) @own)
  (#match? @of "^(?:[Ll]eft|[Rr]ight|[Nn]ext|[Pp]rev|[Pp]revious|[Cc]hild|[Cc]hildren)$"))
""",
    "go": """
(for_statement) @loop
[(if_statement) (expression_switch_statement) (type_switch_statement)] @conditional
(binary_expression left: (identifier) @e right: (nil) (#match? @e "(?:^e|[eE]rr)$")) @error-handling
(call_expression function: (identifier) @f (#eq? @f "recover")) @error-handling
(call_expression function: (selector_expression operand: (identifier) @p field: (field_identifier) @f)
  (#eq? @p "errors") (#any-of? @f "Is" "As")) @error-handling
[(function_declaration) (method_declaration) (func_literal)] @function
(type_spec type: [(struct_type) (interface_type)]) @class
(function_declaration name: (identifier) @name)
(method_declaration name: (field_identifier) @name)
(short_var_declaration left: (expression_list . (identifier) @name) right: (expression_list . (func_literal)))
(assignment_statement left: (expression_list . (identifier) @name) right: (expression_list . (func_literal)))
(call_expression function: (identifier) @call)
(call_expression function: (selector_expression operand: (identifier) field: (field_identifier) @on))
(call_expression function: (selector_expression
  operand: (selector_expression field: (field_identifier) @of) field: (field_identifier) @own)
  (#match? @of "^(?:[Ll]eft|[Rr]ight|[Nn]ext|[Pp]rev|[Cc]hild|[Cc]hildren)$"))
""",
    "rust": f"""
[(for_expression) (while_expression) (loop_expression)] @loop
(call_expression function: (field_expression field: (field_identifier) @f (#eq? @f "for_each"))) @loop
[(if_expression) (match_expression)] @conditional
(try_expression) @error-handling
(tuple_struct_pattern type: (identifier) @t (#eq? @t "Err")) @error-handling
(call_expression function: (field_expression field: (field_identifier) @f) (#any-of? @f "unwrap_or"
  "unwrap_or_else" "unwrap_or_default" "map_err" "ok_or" "ok_or_else" "or_else" "is_err")) @error-handling
[(function_item) (closure_expression)] @function
[(struct_item) (enum_item) (trait_item) (impl_item)] @class
(function_item name: (identifier) @name)
(call_expression function: (identifier) @call)
(call_expression function: (scoped_identifier path: (_) @of name: (identifier) @own) (#eq? @of "Self"))
(call_expression function: (field_expression value: (self) field: (field_identifier) @own))
(call_expression function: (field_expression
  value: [(identifier) @of (field_expression field: (field_identifier) @of)] field: (field_identifier) @own)
  (#any-of? @of {_LINKS}))
""",
    "ruby": f"""
[(for) (while) (until) (while_modifier) (until_modifier)] @loop
(call method: (identifier) @f block: (_) (#any-of? @f "each" "each_with_index" "each_pair" "each_char"
  "each_line" "each_key" "each_value" "each_slice" "each_cons" "reverse_each" "times" "upto" "downto" "step"
  "loop")) @loop
[(if) (unless) (if_modifier) (unless_modifier) (conditional) (case) (case_match)] @conditional
[(rescue) (rescue_modifier)] @error-handling
[(method) (singleton_method) (lambda)] @function
[(class) (module)] @class
(method name: (identifier) @name)
(singleton_method name: (identifier) @name)
(call !receiver method: (identifier) @call)
(call receiver: (self) method: (identifier) @own)
(call receiver: [(identifier) @of (instance_variable) @of (call method: (identifier) @of)]
  method: (identifier) @own (#any-of? @of {_LINKS} "@left" "@right" "@next" "@child"))
""",
    "php": """
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @loop
[(if_statement) (switch_statement) (match_expression) (conditional_expression)] @conditional
(catch_clause) @error-handling
[(function_definition) (method_declaration) (anonymous_function) (arrow_function)] @function
[(class_declaration) (interface_declaration) (trait_declaration)] @class
(function_definition name: (name) @name)
(method_declaration name: (name) @name)
(function_call_expression function: (name) @call)
(member_call_expression object: (variable_name (name) @this) name: (name) @own (#eq? @this "this"))
(scoped_call_expression scope: (_) @of name: (name) @own (#any-of? @of "self" "static"))
(member_call_expression object: (member_access_expression name: (name) @of) name: (name) @own
  (#any-of? @of "left" "right" "next" "prev" "child"))
""",
    "bash": """
[(for_statement) (c_style_for_statement) (while_statement)] @loop
[(if_statement) (case_statement)] @conditional
(list . (test_command)) @conditional
(command name: (command_name (word) @f) (#eq? @f "trap")) @error-handling
(command name: (command_name (word) @f) argument: (word) @a (#eq? @f "set") (#match? @a "^-[a-zA-Z]*e"))
  @error-handling
(list "||") @error-handling
(function_definition) @function
(function_definition name: (word) @name)
(command name: (command_name (word) @call))
""",
    "sql": """
(while_statement) @loop
(case) @conditional
(create_function) @function
(create_procedure) @function
(keyword_recursive) @recursion
""",
}

_DEFINITIONS: Final = (
    "function_declaration generator_function_declaration function_expression arrow_function "
    "method_definition variable_declarator assignment_expression pair field_definition "
    "public_field_definition method_declaration function_definition local_function_statement "
    "short_var_declaration assignment_statement function_item method singleton_method"
)
DEFINITIONS: Final[frozenset[str]] = frozenset(_DEFINITIONS.split())
"""The nodes that a function's name is climbed from to: all of its body lies in them."""

OVERLOADING: Final[frozenset[str]] = frozenset({"java", "csharp", "cpp"})
"""Languages where functions of one name differ by the number of their parameters."""

NEED_RECEIVER: Final[frozenset[str]] = frozenset({"javascript", "typescript", "php", "go", "rust"})
"""Languages where a call on nothing is of a free function, also in a method of the same name."""
