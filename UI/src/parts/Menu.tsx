import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

/** Between the button and its menu, and at least between the menu and the edge of the window. */
const gapPx = 4;

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

  const list = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (!isOpen) return;
    place(list.current, button.current);
    itemsIn(frame.current)[0]?.focus({ preventScroll: true });
  }, [isOpen]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const closeOutside = (event: Event) => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false);
    };
    const closeAlways = () => setOpen(false);
    document.addEventListener("pointerdown", closeOutside);
    // The menu stands still on the screen while what its button belongs to scrolls away.
    document.addEventListener("scroll", closeOutside, true);
    window.addEventListener("resize", closeAlways);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("scroll", closeOutside, true);
      window.removeEventListener("resize", closeAlways);
    };
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const steer = (event: KeyboardEvent) => {
    if (event.key === "Tab") return close();
    const isSteering = event.key === "Escape" || moveFocus(itemsIn(frame.current), event.key);
    if (!isSteering) return;
    event.preventDefault();
    // What the menu lies on, such as the drawer of a phone, listens for Escape too.
    event.stopPropagation();
    if (event.key === "Escape") close();
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
        <div className="menu" ref={list} role="menu" aria-label={label}>
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

function itemsIn(frame: HTMLElement | null): HTMLElement[] {
  return [...(frame?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}

/** Says whether the key was one that moves between items. */
function moveFocus(items: readonly HTMLElement[], key: string): boolean {
  const current = items.findIndex((item) => item === document.activeElement);
  const targets: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: -1 };
  const target = targets[key];
  if (target === undefined) return false;
  items[(target + items.length) % items.length]?.focus();
  return true;
}

/** Below the button, or above it where there is no room below; lists that scroll do not cut it off. */
function place(menu: HTMLElement | null, button: HTMLElement | null): void {
  if (!menu || !button) return;
  const at = button.getBoundingClientRect();
  const below = at.bottom + gapPx;
  const fits = below + menu.offsetHeight + gapPx <= window.innerHeight;
  const start = Math.max(gapPx, at.right - menu.offsetWidth);
  menu.style.top = `${fits ? below : Math.max(gapPx, at.top - gapPx - menu.offsetHeight)}px`;
  menu.style.left = `${start}px`;
}
