import { useState } from "react";
import { useText } from "./context";
import { copyText } from "./copyText";
import { Icon } from "./Icon";

const copiedShownMs = 1_500;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const words = useText();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void copyText(text).then((done) => {
      if (!done) return;
      setCopied(true);
      setTimeout(() => setCopied(false), copiedShownMs);
    });
  };
  return (
    <button type="button" className="icon-button small" aria-label={copied ? words.copied : label} title={label} onClick={copy}>
      <Icon name={copied ? "check" : "copy"} size={16} />
    </button>
  );
}
