import { useState } from "react";
import type { Attachment } from "../gateway/outbox";
import { useText } from "./context";
import { attachmentOf, mostImages } from "./images";
import { showNotice } from "./notices";

/** The images that go with the message being written. */
export function useAttachments() {
  const words = useText();
  const [attachments, setAttachments] = useState<readonly Attachment[]>([]);

  const add = async (files: readonly File[]) => {
    for (const file of files) {
      const result = await attachmentOf(file);
      if (result === "unreadable") showNotice(words.imageRefused(file.name));
      else if (result === "tooLarge") showNotice(words.imageTooLarge(file.name));
      else setAttachments((current) => bounded([...current, result]));
    }
  };
  const bounded = (list: readonly Attachment[]) => {
    if (list.length > mostImages) showNotice(words.tooManyImages(mostImages));
    return list.slice(0, mostImages);
  };
  const remove = (index: number) => setAttachments((current) => current.filter((_, at) => at !== index));
  const clear = () => setAttachments([]);
  return { attachments, add, remove, clear };
}
