import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { useStore, useText } from "./context";
import { Icon } from "./Icon";
import { closePictures, openedPictures, type Opened } from "./pictures";

/** The picture that is looked at, if any. */
export function Lightbox() {
  const opened = useStore(openedPictures);
  return opened ? <OpenLightbox opened={opened} /> : null;
}

/** One picture as large as the window. The browser's own dialog keeps focus inside and closes on Escape. */
function OpenLightbox({ opened: { sources, index: first } }: { opened: Opened }) {
  const words = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(first);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  const count = sources.length;
  const move = (step: number) => setIndex((before) => Math.min(Math.max(before + step, 0), count - 1));
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === "ArrowLeft") move(-1);
    if (key === "ArrowRight") move(1);
  };
  const close = () => dialog.current?.close();
  /** A click beside the picture closes, too. */
  const onClick = ({ target, currentTarget }: MouseEvent) => {
    if (target === currentTarget) close();
  };
  return (
    <dialog ref={dialog} className="lightbox" aria-label={words.pictureOf(index + 1, count)} onClose={closePictures} onKeyDown={onKeyDown} onClick={onClick}>
      <img src={sources[index]} alt={words.attachedImage} />
      <button type="button" className="lightbox-close" aria-label={words.closePicture} onClick={close}>
        <Icon name="close" />
      </button>
      {count > 1 && (
        <div className="lightbox-bar">
          <button type="button" aria-label={words.previousPicture} disabled={index === 0} onClick={() => move(-1)}>
            <Icon name="back" />
          </button>
          <span aria-live="polite">{words.pictureOf(index + 1, count)}</span>
          <button type="button" aria-label={words.nextPicture} disabled={index === count - 1} onClick={() => move(1)}>
            <Icon name="chevron" />
          </button>
        </div>
      )}
    </dialog>
  );
}
