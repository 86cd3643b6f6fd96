import Candidates
import Determinism
import Devices
import ModelCompression
import ModelGraph
import SearchSpaces
import Testing

@Suite("Times of this computer")
struct HostCalibrationTests {
    private func pricer(_ space: String) throws -> (pricer: SpacePricer, host: DeviceProfile) {
        let host = try #require(try Shipped.devices()["host-cpu"])
        let space = try Shipped.space(space)
        let input = NetworkInput(height: 8, width: 8, channels: 1, outputs: 10)
        return (SpacePricer(space: space, input: input, devices: [host]), host)
    }

    private func kernels(_ probe: HostProbe, _ pricer: SpacePricer, _ host: DeviceProfile) throws -> Set<
        Workload
    > {
        let graph = try pricer.compressedGraph(of: probe.genotype)
        return Set(ExecutedGraph(graph, under: host.runtime.policy).workloads)
    }

    @Test("Each network timed for its kernels has some that none before it had, and the choice repeats")
    func choice() throws {
        let (pricer, host) = try pricer("tiny-image")
        let few = HostProbe.probes(of: pricer.space, seed: 3)
        func chosen() -> [HostProbe] {
            HostProbe.kernelProbes(of: pricer, on: host, beside: few, count: 10, pool: 60, seed: 3)
        }
        let probes = chosen()
        #expect(probes.count == 10)
        #expect(chosen() == probes)
        var known = try Set(few.flatMap { try kernels($0, pricer, host) })
        for probe in probes {
            let own = try kernels(probe, pricer, host)
            #expect(!own.isSubset(of: known))
            known.formUnion(own)
        }
    }

    @Test(
        "A stored time for every kernel finds its kernel again",
        arguments: ["none", "int8", "structured(0.5)>int8"])
    func names(compression: String) throws {
        let (pricer, host) = try pricer("tiny-image")
        let architecture = pricer.space.architecture(of: pricer.space.largest)
        let genotype = try pricer.space.genotype(architecture: architecture, compression: compression)
        let probe = HostProbe(genotype, in: pricer.space)
        let samples = CalibrationSamples([Float](repeating: 0.5, count: 64), count: 1)
        let timer = HostTimer(
            space: pricer.space, input: pricer.input, calibration: samples, host: host)
        let times = try timer.times(of: genotype, seconds: 0.001)
        var stored = [probe.name: 1.0]
        for kernel in times.kernels { stored[probe.name(ofKernel: kernel.name)] = kernel.median }
        let network = try #require(try probe.network(stored, in: pricer, on: host))
        let executed = ExecutedGraph(network.graph, under: host.runtime.policy)
        #expect(network.kernels.map(\.work) == executed.workloads)
        // A convolution always takes a step of its own.
        #expect(network.kernels.allSatisfy { $0.work.macs == 0 || $0.milliseconds > 0 })
        #expect(try probe.network([:], in: pricer, on: host)?.milliseconds == nil)
    }
}
