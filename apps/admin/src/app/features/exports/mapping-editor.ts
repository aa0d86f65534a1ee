import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatMenuModule } from '@angular/material/menu';
import { MatSelectModule } from '@angular/material/select';
import { DestinationDto, ProfileFieldDto } from '@audience-relay/api-client';
import { Texts } from '../../core/i18n/texts';
import { SpecTexts } from '../../shared/fields/spec-texts';
import { ControlTexts } from '../../shared/forms/control-texts';
import { customFieldForm, MappingForm, sameMeaning, sourceControl } from './mapping-form';

/** Which profile field fills which field of the destination: the required ones, added ones, and custom fields. */
@Component({
  selector: 'ar-mapping-editor',
  imports: [
    MatButton,
    MatError,
    MatFormField,
    MatIcon,
    MatIconButton,
    MatInput,
    MatLabel,
    MatMenuModule,
    MatSelectModule,
    ReactiveFormsModule,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './mapping-editor.html',
  styleUrl: './mapping-editor.scss',
})
export class MappingEditor {
  protected readonly texts = inject(Texts);
  protected readonly words = inject(SpecTexts);
  protected readonly errors = inject(ControlTexts);

  readonly destination = input.required<DestinationDto>();
  readonly profileFields = input.required<readonly ProfileFieldDto[]>();
  readonly form = input.required<MappingForm>();

  protected readonly spec = computed(() => this.destination().mapping);
  /** Mapped remote fields, in the destination's order. */
  readonly #mapped = linkedSignal(() => Object.keys(this.form().controls.fields.controls));
  protected readonly mapped = computed(() =>
    this.spec().fields.filter(({ key }) => this.#mapped().includes(key)),
  );
  protected readonly addable = computed(() =>
    this.spec().fields.filter(({ key }) => !this.#mapped().includes(key)),
  );
  protected readonly custom = linkedSignal(() => [...this.form().controls.custom.controls]);
  protected readonly canAddCustom = computed(() => {
    const customFields = this.spec().customFields;
    return customFields !== null && this.custom().length < customFields.max;
  });

  protected isFixed(key: string, required: boolean): boolean {
    return required || key === this.spec().identity;
  }

  protected add(field: DestinationDto['mapping']['fields'][number]): void {
    this.form().controls.fields.addControl(
      field.key,
      sourceControl(sameMeaning(field, this.profileFields())),
    );
    this.#changed();
  }

  protected remove(key: string): void {
    this.form().controls.fields.removeControl(key);
    this.#changed();
  }

  protected addCustom(): void {
    const type = this.spec().customFields?.types[0] ?? 'text';
    this.form().controls.custom.push(customFieldForm(this.spec(), { source: '', name: '', type }));
    this.#changed();
  }

  protected removeCustom(index: number): void {
    this.form().controls.custom.removeAt(index);
    this.#changed();
  }

  /** The name follows the chosen field until somebody types another, and so does the type where it can be stored. */
  protected sourceChosen(index: number): void {
    const controls = this.form().controls.custom.at(index).controls;
    const field = this.profileFields().find(({ key }) => key === controls.source.value);
    if (!field) return;
    if (controls.name.value === '') controls.name.setValue(field.key);
    if (this.spec().customFields?.types.includes(field.type)) controls.type.setValue(field.type);
  }

  #changed(): void {
    const form = this.form();
    form.markAsDirty();
    this.#mapped.set(Object.keys(form.controls.fields.controls));
    this.custom.set([...form.controls.custom.controls]);
  }
}
