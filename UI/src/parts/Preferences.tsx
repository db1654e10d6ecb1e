import { useGateway, useStore, useText } from "./context";
import { chooseLanguage, language, languages, type Language } from "../text/language";
import { forgetDrafts } from "./drafts";
import { chooseTheme, theme, type Theme } from "./theme";

/** Appearance, language and leaving: what belongs to this browser rather than to the gateway. */
export function Preferences() {
  const words = useText();
  const gateway = useGateway();
  const themes: Record<Theme, string> = { system: words.themeSystem, light: words.themeLight, dark: words.themeDark };
  const signOut = () => {
    forgetDrafts();
    gateway.signOut();
  };
  return (
    <div className="preferences">
      <Choice label={words.theme} options={themes} chosen={useStore(theme)} onChoose={chooseTheme} />
      <Choice label={words.language} options={languageNames} chosen={useStore(language)} onChoose={chooseLanguage} />
      <button type="button" className="link-button" onClick={signOut}>
        {words.forgetAccess}
      </button>
    </div>
  );
}

const languageNames: Record<Language, string> = { en: languages.en.languageName, sv: languages.sv.languageName };

interface ChoiceProps<Value extends string> {
  label: string;
  options: Record<Value, string>;
  chosen: Value;
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ label, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      <div className="segments">
        {(Object.keys(options) as Value[]).map((value) => (
          <label key={value} className={value === chosen ? "segment chosen" : "segment"}>
            <input type="radio" className="visually-hidden" name={label} checked={value === chosen} onChange={() => onChoose(value)} />
            {options[value]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
