import Foundation
import Reports
import SwiftletKit
import Testing

/// What `swiftlet study` says of a finished job.
@Suite("Every compression of a network beside the network")
struct StudyTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            """
            version: 1
            name: two-stages
            title: two architectures under some compressions
            input: {height: 8, width: 8, channels: 1, outputs: 10}
            activation: relu
            stem: {kernel: 3, stride: 1, width: 16}
            stages:
              - {name: body, operation: separable, depth: 1, width: [16, 32], kernel: 3, stride: 2}
            compression: [none, int8, magnitude(0.8), structured(0.5)]
            """, to: "two-stages.yaml")
    }

    /// The job with a seed, in a folder of its own.
    private func database(seed: Int) async throws -> String {
        let job = try folder.write(
            """
            version: 1
            name: studied
            dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
            space: ./two-stages.yaml
            devices: [host-cpu, stm32h743]
            objectives: [accuracy, latency_ms, model_bytes]
            training: {batch: 64}
            search: {strategy: exhaustive, batch: 8, seed: 1}
            finalists: {per_device: all, epochs: 1, fine_tune: 1}
            """, to: "studied.yaml")
        let database = "\(folder.path)/seed-\(seed)/db.sqlite"
        _ = try await search(SearchRequest(job: job, seed: seed, threads: 2, database: database)) { _ in }
        return database
    }

    @Test("Losses are means over seeds, and each network is compared with the same one uncompressed")
    func table() async throws {
        let databases = [try await database(seed: 1), try await database(seed: 2)]
        let both = try study(of: "studied", in: databases).rows
        #expect(both.count == 8)
        let alone = try databases.map { try study(of: "studied", in: [$0]).rows }
        for row in both {
            let accuracies = try alone.map { rows in
                let own = try #require(
                    rows.first {
                        $0.architecture == row.architecture && $0.compression == row.compression
                    })
                return try #require(own.accuracy)
            }
            let accuracy = try #require(row.accuracy)
            #expect(abs(accuracy - (accuracies[0] + accuracies[1]) / 2) < 1e-9)
            let plain = try #require(
                both.first { $0.architecture == row.architecture && $0.compression == "none" })
            let loss = try #require(plain.accuracy) - accuracy
            let found = try #require(row.loss)
            #expect(abs(found.mean - loss) < 1e-9)
            #expect(found.bound >= loss - 1e-9)
            #expect(try #require(row.hostLatency) > 0)
            if row.compression == "none" { #expect(row.hostSpeedUp == 1) }
            if row.compression == "magnitude(0.8)" {
                let board = try #require(row.devices.first { $0.device == "stm32h743" })
                #expect(board.note?.contains("sparse") == true, "zeros that the board multiplies")
            }
        }
    }

    @Test("A job that finished no uncompressed network has nothing to compare with")
    func noBaseline() async throws {
        let space = "\(folder.path)/two-stages.yaml"
        let text = try String(contentsOfFile: space, encoding: .utf8)
        _ = try folder.write(text.replacing("[none, int8,", with: "[int8,"), to: "two-stages.yaml")
        let database = try await database(seed: 1)
        let error = #expect(throws: KitError.self) {
            try study(of: "studied", in: [database])
        }
        #expect("\(error as Any)".contains("no finished uncompressed candidate"))
    }
}
