import type { Attachment } from "../gateway/outbox";
import { useText } from "./context";
import { Icon } from "./Icon";

interface AttachmentStripProps {
  attachments: readonly Attachment[];
  onRemove: (index: number) => void;
}

export function AttachmentStrip({ attachments, onRemove }: AttachmentStripProps) {
  const words = useText();
  if (attachments.length === 0) return null;
  return (
    <ul className="attachments">
      {attachments.map((attachment, index) => (
        <li key={`${attachment.fileName}:${index}`}>
          <img src={`data:${attachment.mimeType};base64,${attachment.content}`} alt={attachment.fileName} />
          <button type="button" aria-label={words.removeImage(attachment.fileName)} onClick={() => onRemove(index)}>
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
