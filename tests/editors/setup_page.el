;;; What is said in docs/editors/emacs.md, done, after its blocks were loaded; prints one JSON object a line for -*- lexical-binding: t -*-
;;; test_setup_pages.py.

(require 'json)
(setq make-backup-files nil create-lockfiles nil coding-system-for-write 'utf-8-unix coding-system-for-read 'utf-8-unix)

(defun say (step value)
  (princ (concat (json-serialize (list :step step :value value)) "\n")))

(defun wait-for (what holds)
  (let ((end (+ (float-time) 20)) value)
    (while (and (not (setq value (funcall holds))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or value (error "not in time: %s; %S" what (flymake-diagnostics)))))

(defun known ()
  (finetooth-debug)
  (with-current-buffer "*finetooth*" (buffer-string)))

(condition-case trouble
    (progn
      (find-file "train.jsonl")
      (say "mode" (symbol-name major-mode))
      (run-hooks 'post-command-hook) ; eglot-ensure waits for it, and a batch has no commands
      (wait-for "a server" #'eglot-managed-p)
      (flymake-mode 1)
      (wait-for "both findings" (lambda ()
                                  (flymake-start)
                                  (accept-process-output nil 0.1)
                                  (= 2 (length (flymake-diagnostics)))))
      (wait-for "the page's setting" (lambda () (string-match-p "max_diagnostics=500" (known))))
      (setq-default eglot-workspace-configuration '(:finetooth (:maxDiagnostics 300)))
      (eglot-signal-didChangeConfiguration (eglot-current-server))
      (wait-for "the setting" (lambda () (string-match-p "max_diagnostics=300" (known))))
      (say "configured" t)
      (set-buffer-modified-p t)
      (save-buffer)
      (say "saved" (buffer-string))
      (with-temp-file "finetooth.toml" (insert "target = \"openai\"\n"))
      (wait-for "the target" (lambda () (string-match-p "target openai" (known))))
      (say "watched" t)
      (eglot-shutdown (eglot-current-server))
      (say "done" t)
      (kill-emacs 0))
  (error (say "error" (format "%S" trouble))
         (kill-emacs 1)))
