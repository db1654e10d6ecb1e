/** The version of this build; the bundler fills it in. */
declare const __VERSION__: string;

declare module "*.css";
