import Determinism
import ModelGraph
import Testing

@Suite("Memory for activations")
struct LivenessTests {
    @Test("A chain needs its largest neighbours together")
    func chain() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 8, 8, 1]))
        let wide = try network.block(input, to: 8, kernel: 3, name: "wide")
        let narrow = try network.block(wide, to: 4, kernel: 3, stride: 2, name: "narrow")
        let graph = network.builder.graph(outputs: [narrow]).normalized(for: .swiftlet)
        let buffers = graph.liveBuffers(over: graph.kernels(for: .swiftlet))
        #expect(buffers.map(\.bytes) == [256, 2048, 256])
        #expect(buffers.peakBytes == 2304)
        #expect(buffers.arena().bytes == 2304)
    }

    @Test("Views and element-wise kernels share memory only where the rules say so")
    func inPlace() throws {
        let graph = try SampleGraphs.mobile().normalized(for: .swiftlet)
        let kernels = graph.kernels(for: .verbatim)
        let apart = graph.liveBuffers(over: kernels)
        let shared = graph.liveBuffers(over: kernels, inPlace: [.views, .elementwise, .residual])
        #expect(apart.allSatisfy { $0.values.count == 1 })
        #expect(shared.contains { $0.values.count > 1 })
        #expect(shared.map(\.bytes).reduce(0, +) < apart.map(\.bytes).reduce(0, +))
        #expect(shared.flatMap(\.values).sorted() == apart.flatMap(\.values).sorted())
    }

    @Test("A residual that is read later is not written over")
    func residualReadLater() throws {
        let graph = try SampleGraphs.residual().normalized(for: .swiftlet)
        let kernels = graph.kernels(for: .swiftlet)
        let buffers = graph.liveBuffers(over: kernels, inPlace: .residual)
        let sum = try #require(buffers.first { $0.values.count == 2 })
        #expect(
            sum.values == [try graph.node(named: "second").output, try graph.node(named: "active").output])
    }

    @Test("Buffers alive together never overlap, and offsets are aligned", arguments: 0..<30)
    func arenaIsSound(seed: UInt64) {
        var random = RandomStream(seed: seed, .proposal)
        let buffers = (0..<40).map { index -> LiveBuffer in
            let first = random.index(below: 30) - 1
            return LiveBuffer(
                values: [ValueID(index)], bytes: random.index(below: 5000), firstKernel: first,
                lastKernel: first + random.index(below: 6))
        }
        let arena = buffers.arena(alignment: 64)
        #expect(arena.offsets.allSatisfy { $0 % 64 == 0 })
        #expect(arena.bytes >= buffers.peakBytes)
        for (i, a) in buffers.enumerated() {
            for (j, b) in buffers.enumerated() where i < j {
                let together = a.firstKernel <= b.lastKernel && b.firstKernel <= a.lastKernel
                let (startA, startB) = (arena.offsets[i], arena.offsets[j])
                #expect(!together || startA + a.bytes <= startB || startB + b.bytes <= startA)
            }
        }
    }

    @Test("The size of a value is the target's")
    func targetBytes() throws {
        let graph = try SampleGraphs.residual().normalized(for: .swiftlet)
        let kernels = graph.kernels(for: .swiftlet)
        let halves = graph.liveBuffers(over: kernels) { $0.type.shape.elementCount * 2 }
        #expect(halves.peakBytes * 2 == graph.liveBuffers(over: kernels).peakBytes)
    }
}
