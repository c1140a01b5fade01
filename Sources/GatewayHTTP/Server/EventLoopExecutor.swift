import NIOCore

/// Runs tasks on a connection's event loop, the thread that reads from its socket and writes to it.
///
/// On the threads of the runtime's pool, each request is handed from thread to thread for every part that is read and every answer
/// that is written. Nothing that runs here may block: see ``OnEventLoop``.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
