import Devices
import ModelGraph
import Quantities
import Testing

@Suite("Prices")
struct PriceTests {
    @Test("A price has a latency, an interval around it, memory and layers that add up")
    func pricesAGraph() throws {
        let profile = try Shipped.profile("raspberry-pi-4")
        let price = price(try .small(), on: profile)
        let latency = try #require(price.latencyMilliseconds)
        let (p10, p90) = (
            try #require(price.latencyMillisecondsP10), try #require(price.latencyMillisecondsP90)
        )
        #expect(price.status == .ok)
        #expect(p10 < latency && latency < p90)
        let layers = price.layers.reduce(0) { $0 + $1.milliseconds }
        #expect(abs(layers + profile.overheads.inferenceMilliseconds - latency) < 1e-9)
        #expect(price.modelBytes > (16 * 72 + 16 + 16 * 9 + 160) * 4)
        #expect(price.flashBytes > price.modelBytes)
    }

    @Test("The price does not depend on the weights")
    func isWeightless() throws {
        let known = try Graph.small { shape, _ in
            Tensor(shape, (0..<shape.elementCount).map { Float($0 % 7) - 3 })
        }
        for profile in try DeviceCatalog(files: Shipped.files()).profiles {
            let weightless = price(try .small(), on: profile)
            let weighted = price(known, on: profile)
            #expect(weighted == weightless)
        }
    }

    @Test("A confidence of one half is the point prediction, 0.9 the p90")
    func quantiles() throws {
        let price = price(try .small(), on: try Shipped.profile("raspberry-pi-4"))
        let latency = try #require(price.latencyMilliseconds)
        let p90 = try #require(price.latencyMillisecondsP90)
        let half = try #require(price.latencyMilliseconds(confidence: 0.5))
        let upper = try #require(price.latencyMilliseconds(confidence: 0.9))
        #expect(abs(half - latency) < 1e-6 * latency)
        #expect(abs(upper - p90) < 1e-6 * p90)
    }

    @Test("The Edge TPU runs int8 only; hard-swish hands the rest to its host")
    func edgeTPU() throws {
        let coral = try Shipped.profile("coral-edge-tpu")
        let float = price(try .small(), on: coral)
        #expect(float.layers.allSatisfy { $0.runsOnFallback })
        let int8 = price(try .small(channels: 64, size: 64, type: .int8), on: coral)
        #expect(int8.layers.allSatisfy { !$0.runsOnFallback })
        let swish = price(try .small(channels: 64, size: 64, type: .int8, activation: .hardSwish), on: coral)
        #expect(swish.layers.last?.runsOnFallback == true)
        let (fast, slow) = (try #require(int8.latencyMilliseconds), try #require(swish.latencyMilliseconds))
        #expect(slow > fast)
    }

    @Test("The Jetson Nano has no int8, and says so", arguments: ["jetson-nano", "jetson-nano-tensorflow"])
    func jetsonNano(name: String) throws {
        let price = price(try .small(type: .int8), on: try Shipped.profile(name))
        #expect(price.status == .unsupported)
        #expect(price.latencyMilliseconds == nil)
        #expect(price.reason?.contains("int8") == true)
    }

    @Test("float16 on a Raspberry Pi 4 halves the model and leaves time and memory as they are")
    func float16IsStorage() throws {
        let board = try Shipped.profile("raspberry-pi-4")
        let half = price(try .small(channels: 256, type: .float16), on: board)
        let full = price(try .small(channels: 256), on: board)
        #expect(half.latencyMilliseconds == full.latencyMilliseconds)
        #expect(half.peakRAMBytes == full.peakRAMBytes)
        let weights = 256 * 72 + 256 + 256 * 9 + 2560
        #expect(full.modelBytes - half.modelBytes == 2 * weights)
    }

    @Test("The Ethos-U computes in int8 only, the Myriad X in float16 only")
    func oneTypeOnly() throws {
        let ethos = try Shipped.profile("cortex-m55-ethos-u55")
        #expect(price(try .small(type: .int8), on: ethos).status == .ok)
        for type in [DataType.float32, .float16] {
            #expect(price(try .small(type: type), on: ethos).status == .unsupported)
        }
        let myriad = try Shipped.profile("movidius-myriad-x")
        let (half, full) = (
            price(try .small(type: .float16), on: myriad), price(try .small(), on: myriad)
        )
        #expect(half.latencyMilliseconds != nil && half.latencyMilliseconds == full.latencyMilliseconds)
        #expect(half.modelBytes == full.modelBytes)
        #expect(price(try .small(type: .int8), on: myriad).status == .unsupported)
        // The last release with the plug-in for this chip.
        #expect(myriad.runtime.version.hasPrefix("2022.3"))
    }

    @Test("What does not fit into RAM or flash is said to be so, the application's reserve included")
    func limits() throws {
        let board = try Shipped.profile("stm32h743")
        let (small, large) = (try Graph.small(), try Graph.small(channels: 64, size: 128))
        #expect(price(small, on: board).status == .ok)
        #expect(price(large, on: board).status == .exceedsRAM)
        #expect(price(small, on: board, reserve: Reserve(flashBytes: 2 << 20)).status == .exceedsFlash)
        #expect(price(small, on: board, reserve: Reserve(ramBytes: 512 << 10)).status == .exceedsRAM)
    }

    @Test("What a pool reads as it comes, and what a smaller result writes over, needs no memory of its own")
    func streamsAndOverlays() throws {
        func peak(poolsWindows: Bool, stride: Int, _ change: (inout RuntimeProfile) -> Void) throws -> Int {
            var builder = GraphBuilder(name: "stem")
            var x = builder.input("image", ValueType([1, 64, 64, 4], .int8))
            let weights = builder.constant("w", .unknown([8, 3, 3, 4], .int8))
            let around = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
            let convolution = Convolution(kernel: 3, stride: Extent(stride, stride), padding: around)
            x = try builder.apply(.convolution(convolution), to: [x, weights])
            if poolsWindows {
                x = try builder.apply(.pool(Pooling(.maximum, kernel: 2, stride: 2)), to: [x])
            }
            var board = try Shipped.profile("stm32h743")
            (board.runtime.ramBytes, board.runtime.ramBytesPerKernel) = (0, 0)
            (board.runtime.streamsPooling, board.runtime.overlaysConvolutions) = (false, false)
            change(&board.runtime)
            return price(builder.graph(outputs: [x]), on: board).peakRAMBytes
        }
        let (image, convolved, pooled) = (64 * 64 * 4, 64 * 64 * 8, 32 * 32 * 8)
        #expect(try peak(poolsWindows: true, stride: 1) { _ in } == image + convolved)
        #expect(
            try peak(poolsWindows: true, stride: 1) { $0.streamsPooling = true } == image + 2 * 64 * 8)
        #expect(try peak(poolsWindows: false, stride: 2) { _ in } == image + pooled)
        #expect(try peak(poolsWindows: false, stride: 2) { $0.overlaysConvolutions = true } == image)
        #expect(
            try peak(poolsWindows: false, stride: 1) { $0.overlaysConvolutions = true } == image + convolved)
    }

    @Test("Operations of training are not exportable")
    func training() throws {
        var builder = GraphBuilder(name: "training")
        let input = builder.input("x", ValueType([1, 8]))
        let dropped = try builder.apply(.training(.dropout(rate: 0.5)), to: [input])
        let graph = builder.graph(outputs: [dropped])
        let host = try Shipped.profile("host-cpu")
        #expect(price(graph, on: host).status == .notExportable)
    }

    @Test("int8 is smaller and, on a microcontroller, faster")
    func int8OnMicrocontroller() throws {
        let board = try Shipped.profile("stm32h743")
        let float = price(try .small(channels: 64), on: board)
        let int8 = price(try .small(channels: 64, type: .int8), on: board)
        #expect(int8.modelBytes < float.modelBytes && int8.peakRAMBytes < float.peakRAMBytes)
        let (fast, slow) = (try #require(int8.latencyMilliseconds), try #require(float.latencyMilliseconds))
        #expect(fast < slow)
    }
}
