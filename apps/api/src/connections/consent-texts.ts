/** Languages of the consent text. */
export const consentLanguages = ['en', 'nb'] as const;

export type ConsentLanguage = (typeof consentLanguages)[number];

export interface ConsentText {
  version: string;
  text: Readonly<Record<ConsentLanguage, string>>;
}

/**
 * Every text that anybody has ever agreed to, the newest last. A text is never changed: a new one is added, and
 * administrators are asked again at their next change of a connection.
 */
const consentTexts: readonly [ConsentText, ...ConsentText[]] = [
  {
    version: '2026-1',
    text: {
      en:
        'I agree that personal data of profiles leaves Audience Relay for this destination, on our instruction. ' +
        'We are responsible for having the consent of the people concerned, and for privacy and security at the ' +
        'destination. An administrator can remove the connection at any time to stop the flow of data.',
      nb:
        'Jeg godtar at personopplysninger fra profiler sendes ut av Audience Relay til denne mottakeren, etter vår ' +
        'instruks. Vi er ansvarlige for å ha samtykke fra dem opplysningene gjelder, og for personvern og sikkerhet ' +
        'hos mottakeren. En administrator kan når som helst fjerne tilkoblingen og dermed stoppe dataflyten.',
    },
  },
];

/** The text that is agreed to today. */
export const currentConsentText: ConsentText = consentTexts[consentTexts.length - 1] ?? consentTexts[0];
