import Foundation

/// A command of `/bin/sh` in a process group of its own, its input empty, its output kept in files.
final class ShellProcess {
    enum End {
        case exited(status: Int)
        case signalled(number: Int)
        case tookTooLong, printedTooMuch
    }

    private let identifier: pid_t
    private let outputFile, errorFile: String

    /// Starts the command.
    init(_ command: String) throws(RunnerError) {
        let base = "\(NSTemporaryDirectory())/swiftlet-runner-\(UUID().uuidString)"
        (outputFile, errorFile) = ("\(base).out", "\(base).err")
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let writing = O_WRONLY | O_CREAT | O_EXCL
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, writing, 0o600)
        // Group 0 means one of its own, so that everything it starts can be ended with it.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let arguments = CStringList(["/bin/sh", "-c", command])
        let environment = CStringList(ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" })
        var child = pid_t()
        // SAFETY: both lists end with nil and live until posix_spawn has returned.
        let status = withExtendedLifetime((arguments, environment)) {
            posix_spawn(
                &child, "/bin/sh", &actions, &attributes, arguments.pointers, environment.pointers)
        }
        guard status == 0 else { throw .notStarted(reason: String(cString: strerror(status))) }
        identifier = child
    }

    deinit {
        unlink(outputFile)
        unlink(errorFile)
    }

    /// Waits for the end of the command, and ends it where it takes or prints too much or the task is cancelled.
    func wait(atMost limit: Duration) throws -> End {
        let start = ContinuousClock.now
        while true {
            var status = Int32()
            if waitpid(identifier, &status, WNOHANG) == identifier {
                // Whatever it left running would disturb the next model.
                kill(-identifier, SIGKILL)
                return ShellProcess.end(status)
            }
            if let reason = reasonToStop(start.duration(to: .now) > limit) {
                stop()
                guard let end = reason.end else { throw CancellationError() }
                return end
            }
            usleep(10_000)
        }
    }

    private struct StopReason { let end: End? }

    private func reasonToStop(_ isLate: Bool) -> StopReason? {
        if Task.isCancelled { return StopReason(end: nil) }
        if isLate { return StopReason(end: .tookTooLong) }
        return outputBytes > ShellProcess.mostMebibytes << 20 ? StopReason(end: .printedTooMuch) : nil
    }

    private func stop() {
        kill(-identifier, SIGKILL)
        var status = Int32()
        waitpid(identifier, &status, 0)
    }

    private var outputBytes: Int {
        [outputFile, errorFile].reduce(0) { sum, path in
            var status = stat()
            return stat(path, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }

    /// As `WIFEXITED` and its kin read it.
    private static func end(_ status: Int32) -> End {
        let signal = status & 0x7F
        return signal == 0
            ? .exited(status: Int(status >> 8 & 0xFF)) : .signalled(number: Int(signal))
    }

    /// Everything the command printed.
    var output: String { text(outputFile) }

    /// The last line of its standard error, else of its output.
    var complaint: String? {
        [errorFile, outputFile].lazy.compactMap { path in
            self.text(path).split(whereSeparator: \.isNewline).last {
                !$0.allSatisfy(\.isWhitespace)
            }.map { String($0.trimmingCharacters(in: .whitespaces).prefix(160)) }
        }.first
    }

    private func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    static let mostMebibytes = 16
}

/// Texts as C wants them: pointers to bytes that end with zero, the last of them nil.
private final class CStringList {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }
}
