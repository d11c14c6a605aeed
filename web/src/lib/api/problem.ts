import { error } from '@sveltejs/kit';
import type { Problem } from './types';

/** A request the node refused, or that never reached it. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;

  constructor(problem: Omit<Problem, 'type'>) {
    super(problem.detail ?? problem.title);
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail ?? '';
  }

  static unreachable(): ApiProblem {
    return new ApiProblem({
      title: 'The node does not answer',
      status: 503,
      detail: 'Check that it is running and that you are connected, then try again.',
    });
  }

  static tooLarge(limit: string): ApiProblem {
    return new ApiProblem({
      title: 'The upload is too large',
      status: 413,
      detail: `An upload may have ${limit}. Send the files in several uploads, or import larger ones on the machine of the node: entente import FILE.`,
    });
  }

  static from(cause: unknown): ApiProblem {
    if (cause instanceof ApiProblem) return cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    return new ApiProblem({ title: 'Something went wrong in this page', status: 500, detail });
  }
}

/** For `load`: turns a problem into Kit's error page. */
export async function orErrorPage<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const problem = ApiProblem.from(cause);
    error(problem.status, { message: problem.title, detail: problem.detail });
  }
}
