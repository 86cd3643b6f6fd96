import Compression
import Datasets
import Determinism
import Devices
import Evaluation
import Foundation
import ModelGraph
import SearchSpaces
import Testing
import Training

/// Shipped files, read from the repository.
enum Shipped {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func space(_ name: String) throws -> SearchSpace {
        try SearchSpace(
            contentsOf: root.appending(path: "search-spaces/\(name).yaml").path(percentEncoded: false))
    }

    static func devices() throws -> DeviceCatalog {
        let folder = root.appending(path: "device-profiles")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
            .sorted()
        return try DeviceCatalog(
            files: names.filter { $0.hasSuffix(".yaml") }.map {
                ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
            })
    }
}

@Suite("Prices")
struct PriceTests {
    @Test("The price without weights equals that of the built artefact for 1,000 random candidates")
    func weightless() throws {
        let names = ["host-cpu", "raspberry-pi-4", "jetson-nano", "coral-edge-tpu", "stm32h743"]
        let catalog = try Shipped.devices()
        let data = try PreparedData(
            Dataset(DatasetRequest(source: .digits)), rules: SplitRules(), augmentation: .none)
        let pricing = Pricing(
            space: try Shipped.space("tiny-image"), input: data.input,
            devices: names.compactMap { catalog[$0] })
        let samples = CalibrationSamples(data.samples(Array(data.split.slice.prefix(4))), count: 4)
        var random = RandomStream(seed: 11, .proposal)
        for _ in 0..<1000 {
            let genotype = pricing.space.sample(using: &random)
            let start = try pricing.space.graph(of: genotype, input: data.input).initialized(seed: 1)
            let built = try compress(
                start, by: pricing.compression(of: genotype), calibration: samples,
                fineTune: { graph, _ in graph })
            #expect(
                pricing.costs(of: built) == pricing.costs(of: genotype),
                "\(pricing.space.architecture(of: genotype))")
        }
    }
}
