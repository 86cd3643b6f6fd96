import Foundation
import Quantities
import Reports
import SwiftletKit
import Synchronization

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "swiftlet-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}

/// A job on the embedded digits that ends in a second or two.
enum SmallJob {
    static let text = """
        version: 1
        name: small
        dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
        space: tiny-image
        compression: {precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain]}
        devices: [host-cpu, raspberry-pi-4, stm32h743]
        objectives: [accuracy, latency_ms, model_bytes]
        constraints:
          - {device: stm32h743, metric: peak_ram_bytes, at_most: 512KiB}
        training: {epochs: 1, batch: 64}
        search: {strategy: nsga2, max_evaluations: 12, batch: 6, seed: 3}
        finalists: {per_device: 1, epochs: 1}
        """

    /// Runs the job in a folder; the database is `results/db.sqlite` in it.
    @discardableResult
    static func run(
        in folder: TemporaryFolder, text: String = text, threads: Int = 2,
        progress: @escaping @Sendable (JobProgress) -> Void = { _ in }
    ) async throws -> SearchAnswer {
        let file = try folder.write(text, to: "job.yaml")
        return try await search(
            SearchRequest(job: file, threads: threads, database: database(in: folder)), progress: progress)
    }

    /// Runs the job and cancels it after so many reports of its search and its finalists.
    static func run(in folder: TemporaryFolder, text: String, cancelledAfter reports: Int) async throws {
        let count = Mutex(0)
        let task = Mutex<Task<Void, any Error>?>(nil)
        let running = Task {
            try await run(in: folder, text: text) { progress in
                guard ["search", "finish"].contains(progress.phase) else { return }
                let seen = count.withLock { count -> Int in
                    count += 1
                    return count
                }
                if seen == reports { task.withLock { $0?.cancel() } }
            }
            return
        }
        task.withLock { $0 = running }
        try await running.value
    }

    static func database(in folder: TemporaryFolder) -> String { "\(folder.path)/results/db.sqlite" }

    static func review(_ folder: TemporaryFolder) throws -> Review {
        try Review(database: database(in: folder))
    }

    /// Every candidate of a job on a device, also dominated and infeasible ones.
    static func candidates(
        in folder: TemporaryFolder, of job: String = "small", on device: String, at fidelity: Fidelity? = nil
    ) throws -> [CandidateAnswer] {
        try review(folder).front(of: job, on: device, fidelity: fidelity, includesAll: true).candidates
    }
}
