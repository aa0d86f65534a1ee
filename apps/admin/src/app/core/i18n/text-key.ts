import type en from '../../../i18n/en.json';

type Join<Prefix extends string, Key extends string> = Prefix extends '' ? Key : `${Prefix}.${Key}`;

type Leaves<Tree, Prefix extends string = ''> = {
  [Key in keyof Tree & string]: Tree[Key] extends string
    ? Join<Prefix, Key>
    : Leaves<Tree[Key], Join<Prefix, Key>>;
}[keyof Tree & string];

type Plurals<Tree, Prefix extends string = ''> = {
  [Key in keyof Tree & string]: Tree[Key] extends string
    ? never
    : Tree[Key] extends { one: string; other: string }
      ? Join<Prefix, Key>
      : Plurals<Tree[Key], Join<Prefix, Key>>;
}[keyof Tree & string];

/** Every text of the console. A key that is not in en.json does not compile, in templates neither. */
export type TextKey = Leaves<typeof en>;

/** The texts that have a form for one and a form for any other number. */
export type PluralKey = Plurals<typeof en>;

export type TextParams = Record<string, string | number>;
