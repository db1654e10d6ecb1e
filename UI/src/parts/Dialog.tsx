import { useLayoutEffect, useRef, type ReactNode } from "react";
import { useText } from "./context";

interface DialogProps {
  title: string;
  hint: string;
  action: string;
  dangerous?: boolean;
  children?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}

/** A question that must be answered first. The browser's own dialog keeps focus inside and closes on Escape. */
export function Dialog({ title, hint, action, dangerous = false, children, onConfirm, onClose }: DialogProps) {
  const words = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it leaves the page, the dialog gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" onCancel={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
          onClose();
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        {children}
        <p className="hint">{hint}</p>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" className={dangerous ? "button danger" : "button primary"}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
