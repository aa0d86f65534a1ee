/** The feeling of a message or status. Always shown with an icon and words too, never by colour alone. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';
