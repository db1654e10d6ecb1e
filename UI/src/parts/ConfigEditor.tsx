import { useMemo, useRef, type KeyboardEvent, type RefObject } from "react";
import { useText } from "./context";

interface ConfigEditorProps {
  field: RefObject<HTMLTextAreaElement>;
  text: string;
  readOnly: boolean;
  onEdit: (text: string) => void;
  onSave: () => void;
}

/** Plain text with line numbers. Ctrl or Command + S saves. */
export function ConfigEditor({ field, text, readOnly, onEdit, onSave }: ConfigEditorProps) {
  const words = useText();
  const gutter = useRef<HTMLPreElement>(null);
  const numbers = useMemo(() => Array.from({ length: text.split("\n").length }, (_, line) => line + 1).join("\n"), [text]);
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSave();
  };
  return (
    <div className="editor">
      <pre className="editor-gutter" ref={gutter} aria-hidden="true">
        {numbers}
      </pre>
      <textarea
        ref={field}
        className="editor-text"
        aria-label={words.configLabel}
        value={text}
        readOnly={readOnly}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        wrap="off"
        onChange={(event) => onEdit(event.target.value)}
        onKeyDown={pressed}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

/** Selects a line, counted from 1, and brings it into view. */
export function goToLine(field: HTMLTextAreaElement | null, line: number): void {
  if (!field) return;
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  field.scrollTop = Math.max(0, (field.scrollHeight / lines.length) * (line - 4));
}
