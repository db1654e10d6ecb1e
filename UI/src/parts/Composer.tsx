import { useEffect, useLayoutEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import type { Attachment } from "../gateway/outbox";
import { AttachmentStrip } from "./AttachmentStrip";
import { useText } from "./context";
import { draftOf, keepDraft } from "./drafts";
import { Icon, StopIcon } from "./Icon";
import { filesIn } from "./images";
import { useAttachments } from "./useAttachments";

interface ComposerProps {
  sessionKey: string;
  busy: boolean;
  canStop: boolean;
  /** Files dropped elsewhere on the page. */
  dropped: readonly File[];
  onSend: (text: string, attachments: readonly Attachment[]) => void;
  onStop: () => void;
}

/** Where messages are written. Give it the session as `key`: every session has a draft of its own. */
export function Composer({ sessionKey, busy, canStop, dropped, onSend, onStop }: ComposerProps) {
  const words = useText();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => draftOf(sessionKey));
  const { attachments, preparing, add, remove, clear } = useAttachments(sessionKey);

  useEffect(() => {
    // React 18.1 has no type for this attribute; keyboards on phones show a send key for it.
    field.current?.setAttribute("enterkeyhint", "send");
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  useEffect(() => void add(dropped), [dropped]);
  useLayoutEffect(() => fitToText(field.current), [text]);

  const write = (value: string) => {
    setText(value);
    keepDraft(sessionKey, value);
  };
  // A message must not leave without the image that was put into it a moment ago.
  const canSend = (text.trim() !== "" || attachments.length > 0) && preparing === 0;
  const send = () => {
    if (!canSend) return;
    onSend(text.trim(), attachments);
    write("");
    clear();
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter chooses a word; some browsers say so only by the code 229.
    const composing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  };
  const pasted = (event: ClipboardEvent) => {
    // Office programs put a picture of the text beside the text itself: then the text is meant.
    const files = event.clipboardData.types.includes("text/plain") ? [] : filesIn(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void add(files);
  };

  return (
    <div className="composer-area">
      <div className="composer">
        <AttachmentStrip attachments={attachments} preparing={preparing} onRemove={remove} />
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder={words.messagePlaceholder}
          aria-label={words.messageLabel}
          aria-describedby="composer-hint"
          onChange={(event) => write(event.target.value)}
          onKeyDown={pressed}
          onPaste={pasted}
        />
        <div className="composer-bar">
          <ImagePicker onPick={(files) => void add(files)} />
          <span className="composer-hint" id="composer-hint">
            {words.composerHint}
          </span>
          {canStop && (
            <button type="button" className="round-button stop" aria-label={words.stop} title={words.stop} onClick={onStop}>
              <StopIcon />
            </button>
          )}
          {(!canStop || canSend) && (
            <button
              type="button"
              className="round-button send"
              aria-label={busy ? `${words.send} (${words.queued})` : words.send}
              title={words.send}
              disabled={!canSend}
              onClick={send}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

function ImagePicker({ onPick }: { onPick: (files: File[]) => void }) {
  const words = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="icon-button" aria-label={words.addImage} title={words.addImage} onClick={() => input.current?.click()}>
        <Icon name="image" />
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={(event) => {
          onPick([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

function fitToText(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
