import ModelGraph

extension DeviceProfile {
    /// The profile as a YAML file that `init(parsing:file:)` reads back.
    public var yaml: String {
        var lines = ["version: 1", "name: \(name)", "title: \(quoted(title))", "kind: \(kind.rawValue)"]
        lines += runtimeLines + computeLines + memoryLines + overheadLines + supportLines
        if let energy {
            lines += [
                "energy:", "  boundary: \(quoted(energy.boundary))", "  active_watts: \(energy.activeWatts)",
            ]
        }
        lines.append("estimate_log_sd: \(estimateLogSD)")
        lines.append("sources:")
        lines += sources.map { "  \($0.field): \(quoted($0.text))" }
        return lines.joined(separator: "\n") + "\n" + (population?.yaml ?? "") + (calibration?.yaml ?? "")
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ")
            + "\""
    }

    private var runtimeLines: [String] {
        // What a profile is known by is its text, and those without the key mean float32.
        let interface = runtime.interface == .float32 ? [] : ["  interface: \(runtime.interface.rawValue)"]
        return [
            "runtime:", "  name: \(quoted(runtime.name))", "  version: \(quoted(runtime.version))",
            "  format: \(runtime.format.rawValue)",
        ] + interface + ["  policy:"] + runtime.policy.yamlLines.map { "    " + $0 } + [
            "  in_place: \(runtime.worksInPlace)", "  overlays_convolutions: \(runtime.overlaysConvolutions)",
            "  streams_pooling: \(runtime.streamsPooling)",
            "  sparse: \(runtime.zeroSkipping.text)",
            "  code_bytes: \(runtime.codeBytes)", "  code_bytes_per_kernel: \(runtime.codeBytesPerKernel)",
            "  ram_bytes: \(runtime.ramBytes)", "  ram_bytes_per_kernel: \(runtime.ramBytesPerKernel)",
        ]
    }

    private func isSourced(_ field: String) -> Bool { sources.contains { $0.field == field } }

    private var computeLines: [String] {
        let peaks = compute.macsPerCycle.map { "\($0.key.rawValue): \($0.value)" }.joined(separator: ", ")
        var lines = ["compute:", "  clock_mhz: \(compute.clockMHz)", "  macs_per_cycle: {\(peaks)}"]
        if compute.threads != 1 || isSourced("compute.threads") {
            lines.append("  threads: \(compute.threads)")
        }
        if compute.threadScaling != 1 || isSourced("compute.thread_scaling") {
            lines.append("  thread_scaling: \(compute.threadScaling)")
        }
        switch compute.utilisation {
        case .full: break
        case .lanes(let width): lines.append("  lanes: \(width)")
        case .occupancy(let half): lines.append("  half_occupancy: \(half)")
        case .array(let rows, let columns): lines += ["  rows: \(rows)", "  columns: \(columns)"]
        case .blocks(let pixels, let input, let output):
            lines.append("  block: {pixels: \(pixels), input: \(input), output: \(output)}")
        }
        lines.append("  efficiency:")
        for family in WorkFamily.allCases {
            let rates = compute.efficiency.filter { $0.key.family == family }
            guard !rates.isEmpty else { continue }
            let types = rates.map { "\($0.key.dataType.rawValue): \($0.value)" }.joined(separator: ", ")
            lines.append("    \(family.rawValue): {\(types)}")
        }
        return lines
    }

    private var memoryLines: [String] {
        var lines = ["memory:"]
        if !memory.levels.isEmpty { lines.append("  levels:") }
        lines += memory.levels.map { "    - {bytes: \($0.bytes), bandwidth_gbps: \($0.bandwidth)}" }
        lines += ["  bandwidth_gbps: \(memory.bandwidth)", "  ram: \(memory.ramBytes)"]
        if let flash = memory.flashBytes { lines.append("  flash: \(flash)") }
        if let cache = memory.parameterCache {
            lines.append("  parameter_cache: {bytes: \(cache.bytes), bandwidth_gbps: \(cache.bandwidth)}")
        }
        return lines
    }

    private var overheadLines: [String] {
        var lines = [
            "overheads:", "  inference_us: \(overheads.inferenceMilliseconds * 1000)",
            "  kernel_us: \(overheads.kernelMilliseconds * 1000)",
        ]
        if let transfer = overheads.transfer {
            lines.append(
                "  transfer: {latency_us: \(transfer.milliseconds * 1000), bandwidth_gbps: \(transfer.bandwidth)}"
            )
        }
        return lines
    }

    private var supportLines: [String] {
        var lines = ["support:", "  types:"]
        lines += support.types.map { "    \($0.dataType.rawValue): \($0.treatment.text)" }
        if !support.operations.isEmpty { lines.append("  operations:") }
        var named: [String] = []
        for rule in support.operations where !named.contains(rule.operation) {
            named.append(rule.operation)
            let rules = support.operations.filter { $0.operation == rule.operation }
            if rules.count == 1, rule.dataType == nil {
                lines.append("    \(rule.operation): \(rule.treatment.text)")
            } else {
                let types = rules.compactMap { rule in
                    rule.dataType.map { "\($0.rawValue): \(rule.treatment.text)" }
                }
                lines.append("    \(rule.operation): {\(types.joined(separator: ", "))}")
            }
        }
        if support.channelScales != .native {
            lines.append("  channel_scales: \(support.channelScales.text)")
        }
        if let fallback = support.fallback {
            lines.append("  fallback: {device: \(fallback.name), takes_rest: \(fallback.takesRest)}")
        }
        return lines
    }
}

extension SupportProfile.Treatment {
    fileprivate var text: String {
        switch self {
        case .native: "native"
        case .converted(let type): "as \(type.rawValue)"
        case .fallback: "fallback"
        case .unsupported: "unsupported"
        }
    }
}

extension RuntimePolicy {
    /// Its keys and values, without indentation.
    ///
    /// A key that is newer than profiles in use stands there only where it says something: a profile is known by the hash of
    /// what it writes.
    var yamlLines: [String] {
        [
            "dead_code: \(graph.deadCode.rawValue)",
            "folds_batch_normalization: \(graph.foldsBatchNormalization)",
            "fuses_activation: \(graph.fusesActivation)", "fuses_residual: \(graph.fusesResidual)",
            "removes_no_ops: \(graph.removesNoOps)", "folds_scale: \(foldsScale)",
            "drops_zero_fed: \(dropsZeroFed)",
        ] + (keepsZeroSums ? ["keeps_zero_sums: true"] : [])
    }
}
