import Determinism
import ModelGraph
import Testing

@Suite("Packed models")
struct PackedModelTests {
    @Test(
        "A packed graph is read back as it was",
        arguments: ["none", "int8", "binary", "magnitude(0.8)", "2:4"])
    func roundTrips(compression: String) throws {
        for graph in [try SampleGraphs.residual(), try SampleGraphs.mobile()] {
            let small = try graph.compressed(by: Compression(parsing: compression))
            for model in [graph, small] {
                let decoded = try Graph(decoding: model.encoded(), file: "model.swiftlet")
                #expect(decoded == model)
                #expect(decoded.encoded() == model.encoded())
            }
        }
    }

    @Test("Every storage of a tensor is read back")
    func storages() throws {
        let storages: [Tensor.Storage] = [
            .float32([1.5, -.infinity]), .float16([0.5, 2]), .bfloat16([0x3F80, 0x4000]), .int8([-128, 127]),
            .uint8([0, 255]), .int32([.min, .max]), .int64([.min, .max]), .bool([true, false]),
            .binary([0b10]),
            .repeated(0.1, .float32), .unknown(.int64),
        ]
        var builder = GraphBuilder(name: "storages")
        let constants = storages.map { builder.constant("c", Tensor([2], $0)) }
        let graph = builder.graph(outputs: constants)
        #expect(try Graph(decoding: graph.encoded(), file: "f") == graph)
    }

    @Test(
        "Sparse weights are read back as they were and take the bytes that are counted",
        arguments: [0, 3, 25, 60], [Sparsity.unstructured(nonZeros: 25), .pattern(kept: 1, group: 4), .dense])
    func sparse(nonZeros: Int, sparsity: Sparsity) throws {
        let floats = (0..<100).map { $0 < nonZeros ? Float($0) - 40.5 : 0 }
        func bytes(_ storage: Tensor.Storage, _ sparsity: Sparsity) throws -> Int {
            var builder = GraphBuilder(name: "sparse")
            let constant = builder.constant("c", Tensor([100], storage), sparsity: sparsity)
            let graph = builder.graph(outputs: [constant]), bytes = graph.encoded()
            #expect(try Graph(decoding: bytes, file: "f") == graph)
            return bytes.count
        }
        let storages: [Tensor.Storage] = [
            .float32(floats), .float16(floats.map(Float16.init)), .bfloat16(floats.map(\.bfloat16Bits)),
            .int8(floats.map { Int8($0) }),
        ]
        for storage in storages {
            let counted = Constant(Tensor([100], storage), sparsity: sparsity).sparseBytes
            let rest = try bytes(.repeated(0, storage.dataType), sparsity) - 8
            // More non-zeros than the mark allows are kept all the same.
            let isHonest = sparsity == .dense || nonZeros <= 25
            #expect(
                try bytes(storage, sparsity) - rest == (isHonest ? counted : 100 * storage.dataType.bits / 8))
        }
    }

    @Test("A shortened file names itself and the place", arguments: [0, 3, 5, 40, 200])
    func truncated(length: Int) throws {
        let bytes = try SampleGraphs.mobile().encoded()
        let error = #expect(throws: PackedModelError.self) {
            try Graph(decoding: Array(bytes.prefix(length)), file: "short.swiftlet")
        }
        #expect(error?.description.hasPrefix("short.swiftlet: byte ") == true)
    }

    @Test("Damaged bytes give a graph in order or an error, never a trap", arguments: 0..<20)
    func damaged(seed: UInt64) throws {
        let sources = [
            try SampleGraphs.mobile(known: false), try SampleGraphs.residual(width: 4),
            try SampleGraphs.mobile(known: false).compressed(
                by: Compression(parsing: "structured(0.5)>int8")),
            try SampleGraphs.residual(width: 4).pruned(
                to: try SampleGraphs.residual(width: 4).sparsities(Assignment(0.8))),
        ]
        var random = RandomStream(seed: seed, .proposal)
        for source in sources {
            let bytes = source.encoded()
            for _ in 0..<150 {
                var damaged = bytes
                for _ in 0...random.index(below: 3) {
                    let place = random.index(below: damaged.count)
                    switch random.index(below: 3) {
                    case 0: damaged[place] = UInt8(truncatingIfNeeded: random.next())
                    case 1: damaged[place] ^= 1 << UInt8(random.index(below: 8))
                    default: damaged.remove(at: place)
                    }
                }
                guard let graph = try? Graph(decoding: damaged, file: "damaged") else { continue }
                try exercise(graph)
            }
        }
    }

    /// Whatever can be decoded can be counted, normalised, fused and placed.
    private func exercise(_ graph: Graph) throws {
        _ = graph.counts
        let normal = graph.normalized(for: .swiftlet)
        try normal.verify()
        let kernels = normal.kernels(for: .swiftlet)
        _ = normal.liveBuffers(over: kernels, inPlace: [.views, .elementwise, .residual]).arena()
        _ = graph.channelGroups
        _ = try? graph.batched(3)
        _ = try? graph.compressed(by: Compression(parsing: "structured(0.5)>int8"))
    }
}
