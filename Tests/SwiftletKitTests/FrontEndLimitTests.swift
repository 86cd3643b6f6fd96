import Archives
import Candidates
import Datasets
import Foundation
import Jobs
import Quantities
import Reports
import SwiftletKit
import Testing

/// What runs before a network takes its part of the limits that a person names.
@Suite("Front-ends and limits")
struct FrontEndLimitTests {
    /// Short tones, low ones and high ones, as WAV files at 8 kHz.
    private static func write(to folder: TemporaryFolder) throws {
        for (name, hertz) in [("low", 300.0), ("high", 2000.0)] {
            let path = "\(folder.path)/tones/\(name)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for number in 0..<20 {
                let step = 2 * Double.pi * (hertz + Double(number * 10)) / 8000
                let values = (0..<2000).map { Int16(9000 * sin(step * Double($0))).littleEndian }
                var file = Data("RIFF".utf8) + bytes(4036) + Data("WAVEfmt ".utf8) + bytes(16)
                file += bytes(1 | 1 << 16) + bytes(8000) + bytes(16_000) + bytes(2 | 16 << 16)
                file += Data("data".utf8) + bytes(4000) + values.withUnsafeBytes { Data($0) }
                try file.write(to: URL(filePath: "\(path)/\(number).wav"))
            }
        }
    }

    private static func bytes(_ value: UInt32) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }

    private static let text = """
        version: 1
        name: small
        dataset: {source: wav-folder, path: tones, sound: {seconds: 0.25}, validation: 0.2, test: 0.2}
        space: ds-cnn-audio
        compression: {precision: [int8], pruning: [none], recipe: [plain]}
        devices: [stm32h743, raspberry-pi-4]
        training: {epochs: 1, batch: 8}
        search: {strategy: random, max_evaluations: 2, batch: 2, seed: 3}
        finalists: {per_device: 1, epochs: 1}
        """

    @Test("Samples of recordings are written as the waveforms that a front-end reads")
    func writesWaveforms() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder)
        let output = "\(folder.path)/samples.npz"
        let answer = try ModelCommands.samples(
            of: try folder.write(Self.text, to: "job.yaml"), part: .train, output: output)
        let arrays = Dictionary(
            uniqueKeysWithValues: try NPZ.read(path: output).map { ($0.name, $0.array) })
        let (raw, input) = (try #require(arrays["raw"]), try #require(arrays["input"]))
        #expect(raw.shape == [answer.samples, 2000] && input.shape.count == 4)
        // Each is one of the sines that were written.
        func tone(_ hertz: Int, at step: Int) -> Float {
            let phase: Double = 2 * Double.pi * Double(hertz) / 8000 * Double(step)
            return Float(Int16(9000 * sin(phase))) / 32768
        }
        let tones = (0..<20).flatMap { [300 + 10 * $0, 2000 + 10 * $0] }
        for row in 0..<answer.samples {
            let wave = Array(raw.floats[row * 2000..<(row + 1) * 2000])
            #expect(
                tones.contains { hertz in
                    wave.indices.allSatisfy { abs(wave[$0] - tone(hertz, at: $0)) < 1e-4 }
                })
        }
    }

    @Test("A limit of `select` on a microcontroller is one on front-end and network together")
    func sharesLimits() async throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder)
        try await SmallJob.run(in: folder, text: Self.text)
        let review = try SmallJob.review(folder)
        var settings = LogMel()
        settings.seconds = 0.25
        let work = try LogMelExtractor(settings, sampleRate: 8000, file: "tone").work
        let profile = try DeviceShelf().profile("stm32h743")
        let cost = try #require(FrontEndCost(work, on: profile))
        func parts(_ device: String) throws -> [(Metric, network: Double, frontEnd: Double)] {
            let best = try #require(try review.selection(of: "small", for: device).candidate)
            let costs = best.costs
            return [
                (.latency, try #require(costs.latency), cost.latency),
                (.peakRAM, Double(try #require(costs.peakRAM)), Double(cost.ramBytes)),
                (.flash, Double(try #require(costs.flash)), Double(cost.flashBytes)),
            ]
        }
        func selection(_ device: String, _ metric: Metric, _ limit: Double) throws -> SelectionAnswer {
            try review.selection(
                of: "small", for: device, SelectRequest(limits: [SelectRequest.Limit(metric, limit)]))
        }
        for (metric, network, frontEnd) in try parts("stm32h743") {
            let enough = try selection("stm32h743", metric, network + frontEnd * 1.001)
            #expect(enough.candidate != nil && enough.why.contains("the front-end before the model takes"))
            let scarce = try selection("stm32h743", metric, network + frontEnd * 0.999)
            #expect(scarce.candidate?.id != enough.candidate?.id, "\(metric)")
        }
        // With a confidence, both take their upper bounds: at 0.9 the ninth deciles themselves.
        let bound = try #require(
            try review.selection(of: "small", for: "stm32h743").candidate?.costs.latencyP90)
        func confident(_ limit: Double) throws -> SelectionAnswer {
            try review.selection(
                of: "small", for: "stm32h743",
                SelectRequest(limits: [SelectRequest.Limit(.latency, limit)], confidence: 0.9))
        }
        let enough = try confident(bound + cost.latencyP90 * 1.001)
        #expect(enough.candidate != nil)
        #expect(
            try confident(bound + cost.latencyP90 * 0.999).candidate?.id != enough.candidate?.id
                && cost.latencyP90 > cost.latency)
        let (_, network, _) = try parts("raspberry-pi-4")[0]
        let linux = try selection("raspberry-pi-4", .latency, network * 1.001)
        #expect(linux.candidate != nil && !linux.why.contains("front-end"))
    }
}
