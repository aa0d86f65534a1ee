import { ChangeDetectionStrategy, Component } from '@angular/core';

/** The mark (someone, relayed onward) and the name. */
@Component({
  selector: 'ar-logo',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">
        <path d="M14 9.5c3.6 1.2 5.2 3.4 5.2 6.5s-1.6 5.3-5.2 6.5" opacity=".65" />
        <path d="M19 6.5c4.8 1.9 7 5 7 9.5s-2.2 7.6-7 9.5" opacity=".35" />
        <path d="M5.5 16h16M17 11.5l4.5 4.5-4.5 4.5" />
      </g>
      <circle cx="7" cy="16" r="2.6" fill="#fff" />
    </svg>
    <span>Audience Relay</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 10px;
      font: var(--mat-sys-title-medium);
      font-weight: 650;
      letter-spacing: -0.01em;
      white-space: nowrap;
    }
    svg {
      width: 30px;
      height: 30px;
      flex: none;
    }
    rect {
      fill: #00696e;
    }
  `,
})
export class Logo {}
