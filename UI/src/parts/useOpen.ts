import { useState } from "react";

/** What stands open, by name: when an answer becomes history its row is made anew, and must stay as the reader left it. */
const open = new Set<string>();

/** Whether the part of that name stands open, and the way to turn it about. */
export function useOpen(name: string): readonly [boolean, () => void] {
  const [isOpen, setOpen] = useState(open.has(name));
  const toggle = () => {
    if (isOpen) open.delete(name);
    else open.add(name);
    setOpen(!isOpen);
  };
  return [isOpen, toggle];
}
