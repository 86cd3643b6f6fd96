import Candidates
import Determinism
import Devices
import ModelCompression
import ModelGraph
import SearchSpaces
import Testing

@Suite("Times of this computer")
struct HostCalibrationTests {
    private func pricing(_ space: String) throws -> (pricing: Pricing, host: DeviceProfile) {
        let host = try #require(try Shipped.devices()["host-cpu"])
        let space = try Shipped.space(space)
        let input = NetworkInput(height: 8, width: 8, channels: 1, outputs: 10)
        return (Pricing(space: space, input: input, devices: [host]), host)
    }

    private func kernels(_ probe: HostProbe, _ pricing: Pricing, _ host: DeviceProfile) throws -> Set<
        Workload
    > {
        let graph = try pricing.compressedGraph(of: probe.genotype)
        return Set(ExecutedGraph(graph, under: host.runtime.policy).workloads)
    }

    @Test("Each network timed for its kernels has some that none before it had, and the choice repeats")
    func choice() throws {
        let (pricing, host) = try pricing("tiny-image")
        let few = HostProbe.probes(of: pricing.space, seed: 3)
        func chosen() -> [HostProbe] {
            HostProbe.kernelProbes(of: pricing, on: host, beside: few, count: 10, pool: 60, seed: 3)
        }
        let probes = chosen()
        #expect(probes.count == 10)
        #expect(chosen() == probes)
        var known = try Set(few.flatMap { try kernels($0, pricing, host) })
        for probe in probes {
            let own = try kernels(probe, pricing, host)
            #expect(!own.isSubset(of: known))
            known.formUnion(own)
        }
    }

    @Test(
        "A stored time for every kernel finds its kernel again",
        arguments: ["none", "int8", "structured(0.5)>int8"])
    func names(compression: String) throws {
        let (pricing, host) = try pricing("tiny-image")
        let architecture = pricing.space.architecture(of: pricing.space.largest)
        let genotype = try pricing.space.genotype(architecture: architecture, compression: compression)
        let probe = HostProbe(genotype, in: pricing.space)
        let samples = CalibrationSamples([Float](repeating: 0.5, count: 64), count: 1)
        let timer = HostTimer(
            space: pricing.space, input: pricing.input, calibration: samples, host: host)
        let times = try timer.times(of: genotype, seconds: 0.001)
        var stored = [probe.name: 1.0]
        for kernel in times.kernels { stored[probe.name(ofKernel: kernel.name)] = kernel.median }
        let network = try #require(try probe.network(stored, in: pricing, on: host))
        let executed = ExecutedGraph(network.graph, under: host.runtime.policy)
        #expect(network.kernels.map(\.work) == executed.workloads)
        // A convolution always takes a step of its own.
        #expect(network.kernels.allSatisfy { $0.work.macs == 0 || $0.milliseconds > 0 })
        #expect(try probe.network([:], in: pricing, on: host)?.milliseconds == nil)
    }
}
