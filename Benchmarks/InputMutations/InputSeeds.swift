import Foundation
import Quantities
import Reports
import SwiftletKit

/// Valid inputs to damage: a finished job with its database and files, a bundle of it, measurements, and the job file.
public struct InputSeeds: Sendable {
    static let job = "small", device = "stm32h743"

    /// A candidate that is a finalist on `device`.
    let candidate: String
    let database: [UInt8]
    /// Relative to the bundle's folder.
    let bundle: [(name: String, bytes: [UInt8])]
    let measurements, probeTimes, jobFile: [UInt8]
    /// The job's files beside the database, by name.
    let jobFiles: [(name: String, bytes: [UInt8])]

    /// Runs a job of a few seconds in an existing folder.
    public init(in folder: String) async throws {
        let (database, bundle) = ("\(folder)/seed/db.sqlite", "\(folder)/seed-bundle")
        let file = "\(folder)/job.yaml"
        try InputSeeds.jobText.write(toFile: file, atomically: true, encoding: .utf8)
        _ = try await search(SearchRequest(job: file, threads: 2, database: database))
        let review = try Review(database: database)
        let front = try review.front(of: InputSeeds.job, on: InputSeeds.device, fidelity: .final)
        candidate = front.candidates.first?.id ?? ""
        _ = try review.export(ExportRequest(job: InputSeeds.job, candidate: candidate, output: bundle))
        _ = try backUp(database, to: "\(folder)/whole.sqlite")
        self.database = try InputSeeds.bytes("\(folder)/whole.sqlite")
        self.bundle = try InputSeeds.files(below: bundle)
        jobFiles = try InputSeeds.files(below: "\(folder)/seed/\(InputSeeds.job)")
        jobFile = Array(InputSeeds.jobText.utf8)
        measurements = Array("candidate,latency_ms,energy_mj\n\(candidate),4.2,1.5\n\(candidate),4.3,\n".utf8)
        probeTimes = Array(
            """
            architecture,latency_ms
            s8_c8k3e1r1+c16k3e1r1_h0,1.5

            """.utf8)
    }

    private static let jobText = """
        version: 1
        name: small
        dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
        space: tiny-image
        compression: {precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain]}
        devices: [raspberry-pi-4, stm32h743]
        objectives: [accuracy, latency_ms, model_bytes]
        constraints:
          - {device: stm32h743, metric: peak_ram_bytes, at_most: 512KiB}
        training: {epochs: 1, batch: 64}
        search: {strategy: nsga2, max_evaluations: 6, batch: 6, seed: 3}
        finalists: {per_device: 1, epochs: 1}

        """

    private static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    private static func files(below folder: String) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().compactMap { name in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
            return exists && !isFolder.boolValue ? (name, try bytes("\(folder)/\(name)")) : nil
        }
    }
}
