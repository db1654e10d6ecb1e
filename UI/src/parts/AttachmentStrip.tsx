import type { Attachment } from "../gateway/outbox";
import { useText } from "./context";
import { Icon } from "./Icon";

interface AttachmentStripProps {
  attachments: readonly Attachment[];
  /** How many more are on their way. */
  preparing: number;
  onRemove: (index: number) => void;
}

export function AttachmentStrip({ attachments, preparing, onRemove }: AttachmentStripProps) {
  const words = useText();
  if (attachments.length + preparing === 0) return null;
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
      {Array.from({ length: preparing }, (_, index) => (
        <li key={index} className="attachment-preparing" role="img" aria-label={words.preparingImage}>
          <span className="spinner" />
        </li>
      ))}
    </ul>
  );
}
