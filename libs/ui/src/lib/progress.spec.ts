import { TestBed } from '@angular/core/testing';
import { Progress } from './progress';

async function show(value: number | null, total: number | null): Promise<HTMLElement> {
  const fixture = TestBed.createComponent(Progress);
  fixture.componentRef.setInput('label', 'Delivery');
  fixture.componentRef.setInput('text', `${value} of ${total} sent`);
  fixture.componentRef.setInput('value', value);
  fixture.componentRef.setInput('total', total);
  await fixture.whenStable();
  return fixture.nativeElement as HTMLElement;
}

describe('Progress', () => {
  it('should fill the bar by the share and say the numbers aloud', async () => {
    const element = await show(300, 500);
    expect(element.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')).toBe('60');
    expect(element.querySelector('[role=progressbar]')?.getAttribute('aria-label')).toBe('Delivery');
    expect(element.querySelector('[aria-live=polite]')?.textContent).toBe('300 of 500 sent');
  });

  it('should claim no share while the total is unknown', async () => {
    const element = await show(0, null);
    expect(element.querySelector('[role=progressbar]')?.hasAttribute('aria-valuenow')).toBe(false);
  });

  it('should never pass the end, even if more is sent than was expected', async () => {
    const element = await show(510, 500);
    expect(element.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')).toBe('100');
  });
});
