;;; Drives a headless Emacs (28 with eglot, or 29 and newer) as a person would; prints one JSON object a line for -*- lexical-binding: t -*-
;;; test_emacs.py. Environment: FINETOOTH_SERVER, the server's command as a JSON array; FINETOOTH_FILE, the file.

(require 'eglot)
(require 'flymake)
(require 'json)

(setq make-backup-files nil create-lockfiles nil auto-save-default nil
      coding-system-for-write 'utf-8-unix coding-system-for-read 'utf-8-unix
      eglot-sync-connect 30 eglot-confirm-server-initiated-edits nil)

(define-derived-mode jsonl-mode prog-mode "JSONL")
(add-to-list 'auto-mode-alist '("\\.\\(jsonl\\|ndjson\\)\\'" . jsonl-mode))
(add-to-list 'eglot-server-programs
             (cons 'jsonl-mode (append (json-parse-string (getenv "FINETOOTH_SERVER")) nil)))

(defun say (step value)
  (princ (concat (json-serialize (list :step step :value value)) "\n")))

(defun wait-for (what holds)
  "Wait until HOLDS answers something; it is answered."
  (let ((end (+ (float-time) 20)) value)
    (while (and (not (setq value (funcall holds))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or value (error "not in time: %s; %S" what (flymake-diagnostics)))))

;; In a batch no timer of idleness runs: what eglot would send after a pause, a request sends, and Flymake is asked by hand.
(defun refreshed ()
  (eglot--signal-textDocument/didChange)
  (accept-process-output nil 0.1)
  (flymake-start)
  (flymake-diagnostics))

(defun texts () (mapcar #'flymake-diagnostic-text (refreshed)))

(defun underlined (diagnostic)
  (buffer-substring-no-properties (flymake-diagnostic-beg diagnostic) (flymake-diagnostic-end diagnostic)))

(defun with (words)
  (seq-find (lambda (diagnostic) (string-match-p words (flymake-diagnostic-text diagnostic))) (refreshed)))

(condition-case trouble
    (progn
      (say "version" emacs-version)
      (find-file (getenv "FINETOOTH_FILE"))
      (say "mode" (symbol-name major-mode))
      (apply #'eglot (eglot--guess-contact))
      (wait-for "a server" #'eglot-managed-p)
      (flymake-mode 1)

      (let ((shown (wait-for "the misspelt role" (lambda () (with "did you mean")))))
        (say "underlined" (underlined shown))
        (say "line" (line-number-at-pos (flymake-diagnostic-beg shown)))
        (say "type" (symbol-name (flymake-diagnostic-type shown)))
        (goto-char (flymake-diagnostic-beg shown)))
      (say "menu" (vconcat (mapcar (lambda (action) (plist-get action :title))
                                   (eglot-code-actions (point) nil "quickfix"))))
      ;; Of several repairs Emacs asks which; the person takes the one it proposes. (In a batch it would ask by a popup.)
      (let ((last-nonmenu-event ?\r))
        (cl-letf (((symbol-function 'completing-read) (lambda (_prompt _menu _test _match _start _past default) default)))
          (eglot-code-actions (point) nil "quickfix" t)))
      (wait-for "the repair" (lambda () (not (string-match-p "asistant" (buffer-string)))))
      (wait-for "no findings" (lambda () (null (refreshed))))
      (say "repaired" t)

      ;; Typing: a comma too many behind an emoji and CJK; then undone.
      (goto-char (point-min))
      (search-forward "\"role\": \"assistant\"")
      (insert ",")
      (let ((broken (wait-for "a syntax error" (lambda () (with "comma")))))
        (say "typed" (underlined broken))
        (say "typed at" (- (flymake-diagnostic-beg broken) (line-beginning-position))))
      (delete-char -1)
      (wait-for "no findings" (lambda () (null (refreshed))))

      (save-buffer)
      (say "written" t)

      ;; The config file changes on disk.
      (goto-char (point-max))
      (insert "\n")
      (wait-for "a blank line" (lambda () (with "blank line")))
      (with-temp-file (expand-file-name "finetooth.toml") (insert "ignore = [\"SIZ\", \"DUP\", \"TSK\", \"SYN003\"]\n"))
      ;; Emacs hears of it where it watches files; a client that does not would say so by a configuration change.
      (eglot-signal-didChangeConfiguration (eglot-current-server))
      (wait-for "the setting" (lambda () (null (refreshed))))
      (say "configured" t)
      (delete-char -1)
      (save-buffer)
      (eglot-shutdown (eglot-current-server))
      (say "done" t)
      (kill-emacs 0))
  (error (say "error" (format "%S" trouble))
         (kill-emacs 1)))
