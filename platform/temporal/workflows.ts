import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from "@temporalio/client";
import type { SearchAttributePair } from "@temporalio/common";

/** How to start a workflow. `arg` is its one argument; the id makes the start idempotent. */
export interface StartWorkflow {
  readonly type: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly arg: unknown;
  readonly searchAttributes?: SearchAttributePair[];
  /** One line that the Temporal UI shows beside the id. */
  readonly summary?: string;
  readonly memo?: Record<string, unknown>;
}

/** What engine verbs may do with workflows. Errors of the connection are thrown as they are. */
export interface Workflows {
  /** Starts it unless an execution with this id exists or existed; true when this call started it. */
  start(request: StartWorkflow): Promise<boolean>;
  /** Signals a running execution; false when there is none (it ended, or never began). */
  signal(workflowId: string, signal: string, ...args: unknown[]): Promise<boolean>;
  /** Starts it, or signals the one that runs. */
  signalWithStart(request: StartWorkflow, signal: string): Promise<void>;
}

/** The engine's door to Temporal, on a connected client. */
export function createWorkflows(client: Client): Workflows {
  return {
    async start(request) {
      try {
        await client.workflow.start(request.type, {
          ...optionsOf(request),
          workflowIdReusePolicy: "REJECT_DUPLICATE",
          workflowIdConflictPolicy: "FAIL",
        });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },
    async signal(workflowId, signal, ...args) {
      try {
        await client.workflow.getHandle(workflowId).signal(signal, ...args);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    async signalWithStart(request, signal) {
      await client.workflow.signalWithStart(request.type, { ...optionsOf(request), signal, signalArgs: [] });
    },
  };
}

/** The client's options of a start, but for what happens when the id is taken. */
function optionsOf(request: StartWorkflow) {
  return {
    workflowId: request.workflowId,
    taskQueue: request.taskQueue,
    args: [request.arg],
    ...(request.searchAttributes && { typedSearchAttributes: request.searchAttributes }),
    ...(request.summary !== undefined && { staticSummary: request.summary }),
    ...(request.memo && { memo: request.memo }),
  };
}
