import GatewayCore
import NIOCore
import NIOPosix

/// The threads of a payment flow that is alone, and of its call to the provider: those that NIO keeps for what blocks, as many as cores.
final class FlowThreads: BlockingExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The pool is the process's own and never ends, so that no job is ever turned away.
        NIOSingletons.posixBlockingThreadPool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
