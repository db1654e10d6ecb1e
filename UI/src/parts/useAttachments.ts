import { useEffect, useRef, useState } from "react";
import { useText } from "./context";
import { attachmentsOf, keepAttachments } from "./drafts";
import { attachmentOf, mostImages } from "./images";
import { showNotice } from "./notices";

/** The images that go with the message being written. `preparing` counts those still being read and scaled down. */
export function useAttachments(sessionKey: string) {
  const words = useText();
  const [attachments, setAttachments] = useState(() => attachmentsOf(sessionKey));
  const [preparing, setPreparing] = useState(0);
  const taken = useRef(attachments.length);
  useEffect(() => keepAttachments(sessionKey, attachments), [sessionKey, attachments]);

  const add = async (files: readonly File[]) => {
    const images = files.filter(({ type }) => type.startsWith("image/"));
    if (images.length < files.length) showNotice(words.onlyImages);
    const welcome = images.slice(0, mostImages - taken.current);
    if (welcome.length < images.length) showNotice(words.tooManyImages(mostImages));
    taken.current += welcome.length;
    setPreparing((count) => count + welcome.length);
    for (const file of welcome) {
      const result = await attachmentOf(file);
      setPreparing((count) => count - 1);
      if (typeof result === "object") {
        setAttachments((current) => [...current, result]);
        continue;
      }
      taken.current -= 1;
      showNotice(result === "tooLarge" ? words.imageTooLarge(file.name) : words.imageRefused(file.name));
    }
  };
  const remove = (index: number) => {
    taken.current -= 1;
    setAttachments((current) => current.filter((_, at) => at !== index));
  };
  const clear = () => {
    taken.current = 0;
    setAttachments([]);
  };
  return { attachments, preparing, add, remove, clear };
}
