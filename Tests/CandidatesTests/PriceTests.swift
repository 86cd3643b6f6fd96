import Candidates
import Datasets
import Determinism
import Devices
import Foundation
import ModelCompression
import ModelGraph
import Search
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

    /// The names of all spaces.
    static func spaces() throws -> [String] {
        let folder = root.appending(path: "search-spaces").path(percentEncoded: false)
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap {
            $0.hasSuffix(".yaml") ? String($0.dropLast(5)) : nil
        }
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
        let pricer = SpacePricer(
            space: try Shipped.space("tiny-image"), input: data.input,
            devices: names.compactMap { catalog[$0] })
        let samples = CalibrationSamples(data.samples(Array(data.split.slice.prefix(4))), count: 4)
        var random = RandomStream(seed: 11, .proposal)
        for _ in 0..<1000 {
            let genotype = pricer.space.sample(using: &random)
            let start = try pricer.space.graph(of: genotype, input: data.input).initialized(seed: 1)
            let built = try compress(
                start, by: pricer.space.pipeline(of: genotype), calibration: samples,
                fineTune: { graph, _ in graph })
            #expect(
                try pricer.costs(of: built) == pricer.costs(of: pricer.compressedGraph(of: genotype)),
                "\(pricer.space.architecture(of: genotype))")
        }
    }

    @Test("A front-end costs time and memory on microcontrollers, and nothing elsewhere")
    func frontEnds() throws {
        let catalog = try Shipped.devices()
        let work = try LogMelExtractor(LogMel(), sampleRate: 16_000, file: "a").work
        let (fast, slow) = (try #require(catalog["stm32h743"]), try #require(catalog["stm32l4r5"]))
        let board = try #require(FrontEndCost(work, on: fast))
        #expect(board.latencyP10 < board.latency && board.latency < board.latencyP90)
        // 49 frames of some 17,000 multiplications: between half a cycle and ten each, at 480 MHz.
        #expect((0.8...20).contains(board.latency))
        let slower = try #require(FrontEndCost(work, on: slow))
        #expect(slower.latency > board.latency && slower.ramBytes == board.ramBytes)
        let linux = try #require(catalog["raspberry-pi-4"])
        #expect(FrontEndCost(work, on: linux) == nil)
        let kept = Reserve(ramBytes: 1000, flashBytes: 2000).adding(work)
        #expect(kept.ramBytes == 1000 + work.ramBytes && kept.flashBytes == 2000 + work.flashBytes)
        #expect(Reserve.none.adding(nil) == .none)
    }

    @Test(
        "An int8 network of a space runs on the accelerator but for the conversions of its interface",
        arguments: ["coral-edge-tpu", "coral-dev-board", "cortex-m55-ethos-u55", "generic-npu"])
    func onAccelerator(device: String) throws {
        let profile = try #require(try Shipped.devices()[device])
        let space = try Shipped.space("tiny-image")
        let pricer = SpacePricer(space: space, input: space.referenceInput, devices: [profile])
        var random = RandomStream(seed: 12, .proposal)
        for _ in 0..<50 {
            let architecture = space.architecture(of: space.sample(using: &random))
            let genotype = try space.genotype(architecture: architecture, compression: "int8")
            let price = price(try pricer.compressedGraph(of: genotype), on: profile)
            let left = Set(price.layers.filter(\.runsOnFallback).map(\.operation))
            #expect(price.latencyMilliseconds != nil, "\(architecture)")
            #expect(left.isSubset(of: ["quantize", "dequantize"]), "\(architecture): \(left)")
            #expect(price.reason == nil)
        }
    }

    @Test(
        "Costs summed from pieces, one by one and in a batch, are those of the whole network, on every device",
        arguments: try Shipped.spaces())
    func pieces(of name: String) throws {
        try compare(Shipped.space(name), points: name == "nas-bench-201" ? 60 : 16)
    }

    @Test(
        "A piece priced by the template of its kind costs what its own graph costs, to the last bit, on every device",
        arguments: try Shipped.spaces())
    func templates(of name: String) throws {
        let space = try Shipped.space(name)
        let devices = try Shipped.devices().profiles
        let other = NetworkInput(height: 48, width: 20, channels: 2, outputs: 29)
        for input in [space.referenceInput, other] {
            let pieces = try #require(Pieces(of: space))
            guard let outlines = PieceOutlines(of: space, in: pieces, input: input) else { return }
            var templates: [PieceKind: PieceTemplate] = [:]
            var (outlined, all) = (0, 0)
            var random = RandomStream(seed: 13, .proposal)
            for _ in 0..<(name == "nas-bench-201" ? 100 : 30) {
                let genotype = space.normalForm(space.sample(using: &random))
                let graph = try space.graph(of: genotype, input: input, showing: pieces.detail(of: genotype))
                    .compressed(by: space.pipeline(of: genotype))
                guard pieces.keys(of: genotype) != nil else { continue }
                let parts = try #require(pieces.cut(graph, of: genotype))
                for (position, part) in parts.enumerated() {
                    all += 1
                    guard let outline = outlines.outline(of: genotype, at: position) else { continue }
                    if templates[outline.kind] == nil {
                        let marked = try #require(outlines.marked(of: genotype, at: position))
                        templates[outline.kind] = PieceTemplate(
                            marked.graph, marks: marked.marks, kernelMarks: marked.kernelMarks,
                            literals: marked.literals, on: devices)
                    }
                    guard let priced = templates[outline.kind]?.priced(outline.extents) else { continue }
                    outlined += 1
                    let place = "\(space.architecture(of: genotype)), piece \(position)"
                    #expect(priced.macs == part.macs && priced.parameters == part.parameters, "\(place)")
                    for (device, own) in zip(devices, zip(priced.pieces, PricedPiece.each(part, on: devices)))
                    {
                        #expect(own.0 == own.1, "\(place) on \(device.name)")
                    }
                }
            }
            if ["tiny-image", "nas-bench-201"].contains(name) {
                #expect(Double(outlined) >= 0.3 * Double(all), "\(outlined) of \(all)")
            }
        }
    }

    @Test(
        "Multiply-accumulates of kernels, worked out from extents, are those of the graph's nodes",
        arguments: try Shipped.spaces())
    func multiplications(in name: String) throws {
        let space = try Shipped.space(name)
        var random = RandomStream(seed: 14, .proposal)
        for _ in 0..<5 {
            let genotype = space.sample(using: &random)
            let graph = try space.graph(of: genotype, input: space.referenceInput)
                .compressed(by: space.pipeline(of: genotype))
            let executed = ExecutedGraph(graph, under: RuntimePolicy(.swiftlet))
            #expect(executed.macs > 0 && executed.macs == graph.normalized(for: .swiftlet).macs)
        }
    }

    @Test(
        "Points that share pieces under different choices, asked for in any order, cost what their networks cost"
    )
    func sharedPieces() throws {
        let catalog = try Shipped.devices()
        let devices = ["raspberry-pi-4", "coral-edge-tpu", "stm32h743"].compactMap { catalog[$0] }
        let space = try Shipped.space("tiny-image")
        var random = RandomStream(seed: 15, .proposal)
        var points: [Genotype] = []
        for _ in 0..<4 {
            let point = space.sample(using: &random)
            for (dimension, choices) in space.dimensions.enumerated() {
                for option in choices.options.indices {
                    var neighbour = point
                    neighbour[dimension] = option
                    points.append(neighbour)
                }
            }
        }
        try compare(space, points, on: devices)
        try compare(space, points.reversed(), on: devices)
    }

    @Test("Blocks of a single channel or column cost what their networks cost")
    func smallExtents() throws {
        let text = """
            version: 1
            name: thin
            title: extents of one
            input: {height: 6, width: 1, channels: 1, outputs: 4}
            activation: relu
            stem: {kernel: 3, stride: 1, width: [1, 2]}
            stages:
              - {name: only, operation: separable, depth: 1, width: [1, 4], kernel: 3, stride: [1, 8]}
            """
        let space = try SearchSpace(parsing: text, file: "thin.yaml")
        try compare(space, points: 20)
    }

    @Test("What is no sum of pieces, such as a sparsity spread over all layers, is priced as a whole")
    func wholeNetworks() throws {
        let text = """
            version: 1
            name: far
            title: compressions that reach across pieces
            input: {height: 16, width: 16, channels: 1, outputs: 4}
            activation: relu
            stem: {kernel: 3, stride: 2, width: 8}
            stages:
              - {name: early, operation: [conv, inverted], depth: [0, 1, 3], width: [16, 24], kernel: 3, expansion: 2}
              - {name: late, operation: separable, depth: [1, 2], width: [24, 32], kernel: [3, 5]}
            compression:
              precision: [float32, int8, binary, int8(early=float32)]
              pruning: [none, structured(0.5), magnitude(0.8), structured(0.5;stem=0)]
            """
        try compare(SearchSpace(parsing: text, file: "far.yaml"), points: 60)
    }

    private func compare(_ space: SearchSpace, points count: Int) throws {
        var random = RandomStream(seed: 12, .proposal)
        try compare(
            space, (0..<count).map { _ in space.sample(using: &random) }, on: Shipped.devices().profiles)
    }

    private func compare(_ space: SearchSpace, _ points: [Genotype], on devices: [DeviceProfile]) throws {
        let pricer = SpacePricer(space: space, input: space.referenceInput, devices: devices)
        let batch = pricer.prices(of: points)
        for (index, genotype) in points.enumerated() {
            let (summed, whole) = (
                pricer.costs(of: genotype), pricer.costs(of: try pricer.compressedGraph(of: genotype))
            )
            #expect(summed.isWithin(1e-9, of: whole), "\(space.architecture(of: genotype))")
            #expect(batch.points[index].macs == whole.macs.map(Double.init))
            for (device, score) in whole.scores.enumerated() {
                #expect(
                    batch[index, device].isWithin(1e-9, of: DevicePrice(score)),
                    "\(space.architecture(of: genotype)) on \(score.device)")
            }
        }
    }
}

extension DevicePrice {
    /// Whether times and energies agree up to a relative difference and all else exactly; not a number equals itself.
    fileprivate func isWithin(_ share: Double, of other: DevicePrice) -> Bool {
        func agree(_ a: Double, _ b: Double, _ share: Double) -> Bool {
            a.isNaN ? b.isNaN : abs(a - b) <= share * abs(b)
        }
        return status == other.status && agree(latency, other.latency, share)
            && agree(latencyP10, other.latencyP10, share) && agree(latencyP90, other.latencyP90, share)
            && agree(energy, other.energy, share) && agree(peakRAM, other.peakRAM, 0)
            && agree(flash, other.flash, 0) && agree(modelSize, other.modelSize, 0)
    }
}

extension Costs {
    /// Whether times and energies agree up to a relative difference and all else exactly.
    fileprivate func isWithin(_ share: Double, of other: Costs) -> Bool {
        func agree(_ a: Double?, _ b: Double?) -> Bool {
            guard let a, let b else { return a == nil && b == nil }
            return abs(a - b) <= share * abs(b)
        }
        var same = self
        for (index, score) in zip(scores.indices, other.scores) {
            let own = scores[index]
            guard agree(own.latency, score.latency), agree(own.latencyP10, score.latencyP10),
                agree(own.latencyP90, score.latencyP90), agree(own.energy, score.energy)
            else { return false }
            same.scores[index].latency = score.latency
            same.scores[index].latencyP10 = score.latencyP10
            same.scores[index].latencyP90 = score.latencyP90
            same.scores[index].energy = score.energy
        }
        return same == other
    }
}
