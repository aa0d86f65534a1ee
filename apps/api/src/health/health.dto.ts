import { ApiProperty } from '@nestjs/swagger';

const answers = ['up', 'down'] as const;

type Answer = (typeof answers)[number];

export class LivenessDto {
  @ApiProperty({ description: 'The process answers.', enum: ['ok'] })
  status!: 'ok';
}

export class ReadinessDto {
  @ApiProperty({ description: 'Everything that work needs is there.', enum: ['ok'] })
  status!: 'ok';

  @ApiProperty({ description: 'Whether the database answers.', enum: answers })
  database!: Answer;

  @ApiProperty({ description: 'Whether Redis answers.', enum: answers })
  redis!: Answer;

  @ApiProperty({ description: 'Whether a worker has been heard of lately.', enum: answers })
  worker!: Answer;

  @ApiProperty({ description: 'Seconds since a worker was last heard of.', type: Number, nullable: true })
  workerHeartbeatAge!: number | null;
}
