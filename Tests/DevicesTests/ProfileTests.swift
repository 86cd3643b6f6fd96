import Devices
import Foundation
import ModelGraph
import Testing
import YAMLReader

@Suite("Device profiles")
struct ProfileTests {
    @Test("Every shipped profile reads, and its name is its file's")
    func shippedProfilesRead() throws {
        let files = try Shipped.files()
        let catalog = try DeviceCatalog(files: files)
        #expect(catalog.profiles.map { "\($0.name).yaml" } == files.map(\.file))
        for name in ["host-cpu", "raspberry-pi-4", "jetson-nano", "coral-edge-tpu", "stm32h743"] {
            #expect(catalog[name] != nil)
        }
    }

    @Test(
        "A malformed profile is refused with file, line and field",
        arguments: [
            ("kind: cpu", "kind: gpus", "pi.yaml:4: kind: expected one of"),
            ("clock_mhz: 1500", "clock_mhz: fast", "compute.clock_mhz: expected a number"),
            ("clock_mhz: 1500", "clock_mhz: -3", "expected a number from"),
            ("version: 1\n", "version: 7\n", "pi.yaml:1: version: expected 1"),
            ("  lanes: 4\n", "", "compute: lacks the key 'lanes'"),
            ("lanes: 4", "lanes: 4\n  lane: 4", "did you mean 'lanes'"),
            ("ram: 2GiB", "ram: 2 gigs", "memory.ram: expected bytes"),
            ("int8: native", "int8: maybe", "support.types.int8: expected native"),
            ("int8: native", "int7: native", "'int7' is not a data type"),
            ("float32: 4, int8: 8", "float32: 4", "'macs_per_cycle' lacks int8"),
            ("sources:\n", "sources:\n  memori: a book\n", "is not a field of this profile"),
            ("  overheads: ", "  energy.boundary: ", "has no source"),
            ("name: raspberry-pi-4", "name: ../pi", "expected lower-case letters"),
        ])
    func refusesMalformedProfiles(old: String, new: String, message: String) throws {
        let good = try Shipped.text("raspberry-pi-4")
        let text = good.replacing(old, with: new, maxReplacements: 1)
        try #require(text != good)
        do {
            _ = try DeviceProfile(parsing: text, file: "pi.yaml")
            Issue.record("'\(new)' was accepted")
        } catch {
            #expect(error.description.contains(message), "\(error)")
            #expect(error.description.hasPrefix("pi.yaml:"))
        }
    }

    @Test("A key that is newer than profiles in use is written only where it says something")
    func newerKeys() throws {
        let old = "drops_zero_fed: false\n"
        let written = try Shipped.profile("raspberry-pi-4").yaml.replacing(
            "drops_zero_fed: true\n", with: old)
        try #require(written.contains(old) && !written.contains("keeps_zero_sums"))
        #expect(try DeviceProfile(parsing: written, file: "pi.yaml").yaml == written)
        let new = written.replacing(old, with: "drops_zero_fed: true\n    keeps_zero_sums: true\n")
        let read = try DeviceProfile(parsing: new, file: "pi.yaml")
        #expect(read.yaml == new && read.runtime.policy.deadBranches == .removedBothWaysButSums)
    }

    @Test("A fallback must be a known device that needs none itself")
    func refusesUnknownFallback() throws {
        let coral = try Shipped.text("coral-edge-tpu")
        #expect(throws: YAMLError.self) { _ = try DeviceCatalog(files: [("coral-edge-tpu.yaml", coral)]) }
    }
}
