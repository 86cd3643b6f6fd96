import Foundation

/// What the system lets a process have, told in a sentence where it is too little.
///
/// Below these limits libraries that we depend on stop the process or wait for ever.
enum SystemLimits {
    /// A database, its log and the files beside it, models, and what the runtime needs.
    private static let fewestOpenFiles: rlim_t = 32
    /// Of address space: the program, its libraries (OpenBLAS asks for its buffers again and again where it gets none), and the
    /// stacks of its threads.
    private static let leastMemory: rlim_t = 1 << 30

    /// Ends the process with status 1 where the limits are too low, now or when memory runs out later.
    static func require() {
        if let complaint = complaint() {
            Terminal.note("swiftlet: \(complaint)")
            // At once: what runs at an orderly exit may wait for a thread that memory does not allow.
            _exit(1)
        }
        reportExhaustedMemory()
    }

    /// As many open files as the system lets this process have: one a connection.
    static func raiseOpenFiles() {
        var files = limit(RLIMIT_NOFILE)
        files.rlim_cur = min(files.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }

    /// Nil where the limits suffice; raises the number of open files where that alone is low.
    private static func complaint() -> String? {
        var files = limit(RLIMIT_NOFILE)
        if files.rlim_cur < fewestOpenFiles, files.rlim_max >= fewestOpenFiles {
            files.rlim_cur = fewestOpenFiles
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        }
        if files.rlim_cur < fewestOpenFiles {
            return "too few open files: \(fewestOpenFiles) are needed, \(files.rlim_cur) allowed (ulimit -n)"
        }
        let memory = limit(RLIMIT_AS).rlim_cur
        if memory < leastMemory {
            return
                "too little memory: \(leastMemory >> 20) MiB are needed, \(memory >> 20) MiB allowed (ulimit -v)"
        }
        return nil
    }

    /// From here on a process that runs out of memory says so and ends with status 1.
    ///
    /// The runtime stops a process that gets no memory by the same signals as a fault of ours; those go on to whoever handled
    /// them before.
    private static func reportExhaustedMemory() {
        for (index, number) in faults.enumerated() {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = endWhereMemoryIsExhausted
            action.sa_flags = Int32(SA_ONSTACK)
            // SAFETY: there is room for one action a signal, and nothing else writes them.
            sigaction(number, &action, previousActions + index)
        }
    }

    private static func limit(_ kind: __rlimit_resource) -> rlimit {
        var value = rlimit()
        let isKnown = getrlimit(__rlimit_resource_t(kind.rawValue), &value) == 0
        return isKnown ? value : rlimit(rlim_cur: .max, rlim_max: .max)
    }
}

/// What the runtime, the library and the processor raise when something is impossible.
private let faults = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS]

/// Who handled them before, one each.
// SAFETY: written once, before a second thread runs; read by the handler.
nonisolated(unsafe) private let previousActions = UnsafeMutablePointer<sigaction>.allocate(capacity: 5)

/// A signal handler: it may call only what the system says is safe in one.
private func endWhereMemoryIsExhausted(_ number: Int32) {
    // Whoever asks for memory in vain leaves this number; a fault of ours leaves memory to be had.
    let isRefused = errno == ENOMEM
    let probe = mmap(nil, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if isRefused || probe == MAP_FAILED {
        let sentence: StaticString = "swiftlet: out of memory; give it more (ulimit -v) or a smaller task\n"
        _ = write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
        _exit(1)
    }
    munmap(probe, 16 << 20)
    for (index, fault) in faults.enumerated() where fault == number {
        // The instruction is repeated on return, now in the hands of whoever had the signal before.
        sigaction(number, previousActions + index, nil)
    }
}
