import Foundation
import SwiftletKit
import Synchronization

/// One line on standard error that is rewritten in a terminal, and written now and then to a file.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(2) == 1
    /// Whether only warnings are shown.
    private let isQuiet: Bool
    private let last = Mutex<(phase: String, shown: ContinuousClock.Instant)>(("", .now - .seconds(3600)))

    /// How often a file gets a line of one phase.
    private let secondsBetweenLines: Double

    init(isQuiet: Bool = false, secondsBetweenLines: Double = 10) {
        self.isQuiet = isQuiet
        self.secondsBetweenLines = secondsBetweenLines
    }

    func show(_ progress: JobProgress) {
        if isQuiet, progress.phase != "warning" { return }
        // What is to be read later stays above the line.
        if ["warning", "plan", "batch"].contains(progress.phase) {
            write((isTerminal ? "\r\u{1B}[2K" : "") + progress.text + "\n")
            return
        }
        let isDue = last.withLock { last in
            let isNewPhase = last.phase != progress.phase
            guard
                isNewPhase || last.shown.duration(to: .now) > .seconds(isTerminal ? 0.1 : secondsBetweenLines)
            else {
                return false
            }
            last = (progress.phase, .now)
            return true
        }
        guard isDue else { return }
        write(isTerminal ? "\r\u{1B}[2K" + clipped(progress.text) : progress.text + "\n")
    }

    /// Leaves the cursor on a fresh line.
    func end() { if isTerminal { write("\r\u{1B}[2K") } }

    private func clipped(_ text: String) -> String {
        String(text.prefix(Terminal.columns(of: STDERR_FILENO).map { $0 - 1 } ?? 100))
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
