// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Result } from '../../core/result.ts'
import type { Io } from '../command.ts'
import { cpuEngine, type Engine, type EngineName } from './engine.ts'

/** An engine by the name that a person gave. Only `webgl` takes time: it starts a browser. */
export async function openEngine(name: EngineName, io: Io): Promise<Result<Engine, Failure>> {
  if (name !== 'webgl') return cpuEngine(name)
  const { openWebglEngine } = await import('./webgl.ts')
  return openWebglEngine(io)
}
