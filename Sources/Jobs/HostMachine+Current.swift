package import ExperimentStore
import Foundation
package import Kernels

extension HostMachine {
    /// This computer as it is now.
    package static func current(kernels: KernelSet = .best, threads: Int = 1) -> HostMachine {
        let governor = try? String(
            contentsOfFile: "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", encoding: .utf8)
        return HostMachine(
            processor: processorName, kernelSet: kernels.name, threads: threads,
            governor: governor?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown")
    }

    private static var processorName: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line.flatMap { $0.split(separator: ":", maxSplits: 1).last } ?? "unknown processor"
        return name.trimmingCharacters(in: .whitespaces)
    }
}
