import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

export interface MenuItem {
  readonly label: string;
  readonly dangerous?: boolean;
  readonly onChoose: () => void;
}

interface MenuProps {
  label: string;
  className?: string;
  items: readonly MenuItem[];
  children: ReactNode;
}

/** A button that opens a short list of actions, usable by mouse, touch and arrow keys. */
export function Menu({ label, className = "icon-button small", items, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return undefined;
    frame.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const steer = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    moveFocus(frame.current, event.key === "ArrowDown" ? 1 : -1);
  };

  return (
    <div className="menu-frame" ref={frame} onKeyDown={isOpen ? steer : undefined}>
      <button
        type="button"
        ref={button}
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div className="menu" role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              type="button"
              role="menuitem"
              key={item.label}
              className={item.dangerous ? "menu-item dangerous" : "menu-item"}
              onClick={() => {
                close();
                item.onChoose();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function moveFocus(frame: HTMLElement | null, step: number): void {
  const items = [...(frame?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const current = items.findIndex((item) => item === document.activeElement);
  items[(current + step + items.length) % items.length]?.focus();
}
