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

(condition-case trouble
    (progn
      (find-file "train.jsonl")
      (say "mode" (symbol-name major-mode))
      (run-hooks 'post-command-hook) ; eglot-ensure waits for it, and a batch has no commands
      (wait-for "a server" #'eglot-managed-p)
      (flymake-mode 1)
      (say "found" (length (wait-for "findings" (lambda ()
                                                  (flymake-start)
                                                  (accept-process-output nil 0.1)
                                                  (flymake-diagnostics)))))
      (finetooth-debug)
      (say "debug" (with-current-buffer "*finetooth*" (buffer-string)))
      (set-buffer-modified-p t)
      (save-buffer)
      (say "saved" (buffer-string))
      (eglot-shutdown (eglot-current-server))
      (say "done" t)
      (kill-emacs 0))
  (error (say "error" (format "%S" trouble))
         (kill-emacs 1)))
