import { TestBed } from '@angular/core/testing';
import { FileDrop } from './file-drop';
import { provideIcons } from './icons';

describe('FileDrop', () => {
  it('should give the file that was chosen, and the same one again after a mistake in it was mended', async () => {
    TestBed.configureTestingModule({ providers: [provideIcons()] });
    const fixture = TestBed.createComponent(FileDrop);
    fixture.componentRef.setInput('heading', 'Drop a file');
    fixture.componentRef.setInput('button', 'Choose');
    await fixture.whenStable();
    const given: string[] = [];
    fixture.componentInstance.file.subscribe((file) => given.push(file.name));

    const input = (fixture.nativeElement as HTMLElement).querySelector('input')!;
    const choose = (name: string) => {
      Object.defineProperty(input, 'files', { value: [new File(['a'], name)], configurable: true });
      input.dispatchEvent(new Event('change'));
    };
    choose('people.csv');
    choose('people.csv');
    expect(given).toEqual(['people.csv', 'people.csv']);
  });
});
