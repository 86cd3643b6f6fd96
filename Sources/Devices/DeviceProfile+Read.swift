import ModelGraph
public import YAMLReader

extension DeviceProfile {
    /// Reads one profile; `file` is the name errors carry.
    ///
    /// A profile whose `support.fallback` names another one needs a `DeviceCatalog` to be complete.
    public init(parsing text: String, file: String) throws(YAMLError) {
        try self.init(YAMLNode(parsing: text, file: file))
    }

    /// Reads a profile; throws with file, field and line where one is missing, unknown or out of range.
    public init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: [
            "version", "name", "title", "kind", "runtime", "compute", "memory", "overheads", "support",
            "energy",
            "estimate_log_sd", "sources", "population", "calibration",
        ])
        let version = try node.required("version")
        guard try version.int() == 1 else { throw version.error("expected 1, the only version of profiles") }
        name = try node.name()
        title = try node.required("title").string()
        kind = try node.required("kind").choice(DeviceKind.self)
        runtime = try RuntimeProfile(node.required("runtime"))
        compute = try ComputeProfile(node.required("compute"), kind: kind)
        memory = try MemoryProfile(node.required("memory"))
        overheads = try OverheadProfile(node.required("overheads"))
        support = try SupportProfile(node.required("support"))
        if let energy = try node.optional("energy") { self.energy = try EnergyProfile(energy) }
        estimateLogSD = try node.required("estimate_log_sd").double(in: 0.001...3)
        let sources = try node.required("sources")
        self.sources = []
        for (field, text) in try sources.mapping {
            self.sources.append(Source(field: field, text: try text.string()))
        }
        try DeviceProfile.requireSources(of: node, given: sources)
        if let population = try node.optional("population") {
            self.population = try FactorPopulation(population)
        }
        if let calibration = try node.optional("calibration") {
            self.calibration = try Calibration(calibration)
        }
        try requireRates(node.required("compute"))
    }

    /// Every number needs an entry in `sources` for itself or for a section that holds it.
    private static func requireSources(of node: YAMLNode, given sources: YAMLNode) throws(YAMLError) {
        let covered = try sources.mapping.map(\.key)
        for section in [
            "runtime", "compute", "memory", "overheads", "energy", "estimate_log_sd", "population",
        ] {
            guard let section = try node.optional(section) else { continue }
            for figure in try section.figures() {
                let path = figure.field.split(separator: "[")[0]
                guard covered.contains(where: { path == $0 || path.hasPrefix($0 + ".") }) else {
                    throw figure.error(
                        "has no source; add '\(path)' (or the section that holds it) to 'sources'")
                }
            }
        }
        for (field, text) in try sources.mapping where try node.node(at: field) == nil {
            throw text.error("names '\(field)', which is not a field of this profile")
        }
    }

    /// Each type that is computed natively needs a peak and an efficiency for every family of work.
    private func requireRates(_ node: YAMLNode) throws(YAMLError) {
        for rule in support.types {
            let type: DataType
            switch rule.treatment {
            case .native: type = rule.dataType
            case .converted(let other): type = other
            case .fallback, .unsupported: continue
            }
            guard compute.macsPerCycle[type] != nil else {
                throw node.error("'macs_per_cycle' lacks \(type.rawValue), which 'support.types' names")
            }
            for family in WorkFamily.allCases where compute.efficiency[family, type] == nil {
                throw node.error("'efficiency' lacks \(type.rawValue) for \(family.rawValue)")
            }
        }
    }
}

extension RuntimeProfile {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: [
            "name", "version", "format", "interface", "policy", "in_place", "overlays_convolutions",
            "streams_pooling",
            "sparse", "code_bytes", "code_bytes_per_kernel", "ram_bytes", "ram_bytes_per_kernel",
        ])
        name = try node.required("name").string()
        version = try node.required("version").string()
        format = try node.required("format").choice(ModelFormat.self)
        interface = try node.optional("interface")?.choice(ModelInterface.self) ?? .float32
        policy = try RuntimePolicy(node.required("policy"))
        worksInPlace = try node.required("in_place").bool()
        overlaysConvolutions = try node.optional("overlays_convolutions")?.bool() ?? false
        streamsPooling = try node.optional("streams_pooling")?.bool() ?? false
        let sparse = try node.optional("sparse")
        zeroSkipping = try sparse.map { node throws(YAMLError) in try ZeroSkipping(node) } ?? .nowhere
        storesSparse = zeroSkipping != .nowhere
        codeBytes = try node.required("code_bytes").bytes()
        codeBytesPerKernel = try node.optional("code_bytes_per_kernel")?.bytes() ?? 0
        ramBytes = try node.required("ram_bytes").bytes()
        ramBytesPerKernel = try node.optional("ram_bytes_per_kernel")?.bytes() ?? 0
    }
}

extension ZeroSkipping {
    /// `true` (stored and computed sparsely everywhere), `false`, or what a 1×1 convolution must have to skip zeros.
    fileprivate init(_ node: YAMLNode) throws(YAMLError) {
        guard node.isMapping else {
            self = try node.bool() ? .everywhere : .nowhere
            return
        }
        try node.allow(keys: ["pointwise_pixels", "pointwise_inputs", "pointwise_density"])
        self = .pointwise(
            leastPixels: try node.required("pointwise_pixels").int(in: 0...1 << 30),
            leastInputs: try node.optional("pointwise_inputs")?.int(in: 0...1 << 30) ?? 0,
            mostDensity: try node.required("pointwise_density").double(in: 0...1))
    }

    /// As the profile's file has it.
    var text: String {
        switch self {
        case .nowhere: "false"
        case .everywhere: "true"
        case .pointwise(let pixels, let inputs, let density):
            "{pointwise_pixels: \(pixels), pointwise_inputs: \(inputs), pointwise_density: \(density)}"
        }
    }
}

extension RuntimePolicy {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: [
            "dead_code", "folds_batch_normalization", "fuses_activation", "fuses_residual", "removes_no_ops",
            "folds_scale", "drops_zero_fed", "keeps_zero_sums",
        ])
        graph = GraphPolicy(
            deadCode: try node.required("dead_code").choice(GraphPolicy.DeadCode.self),
            foldsBatchNormalization: try node.required("folds_batch_normalization").bool(),
            fusesActivation: try node.required("fuses_activation").bool(),
            fusesResidual: try node.required("fuses_residual").bool(),
            removesNoOps: try node.required("removes_no_ops").bool())
        foldsScale = try node.optional("folds_scale")?.bool() ?? false
        dropsZeroFed = try node.optional("drops_zero_fed")?.bool() ?? false
        keepsZeroSums = try node.optional("keeps_zero_sums")?.bool() ?? false
    }
}

extension ComputeProfile {
    init(_ node: YAMLNode, kind: DeviceKind) throws(YAMLError) {
        try node.allow(keys: [
            "clock_mhz", "macs_per_cycle", "efficiency", "threads", "thread_scaling", "lanes",
            "half_occupancy", "rows",
            "columns", "block",
        ])
        clockMHz = try node.required("clock_mhz").double(in: 0.001...100_000)
        macsPerCycle = []
        for (key, value) in try node.required("macs_per_cycle").mapping {
            macsPerCycle.append(
                Rate(key: try value.dataType(named: key), value: try value.double(in: 1e-6...1e9)))
        }
        efficiency = try ComputeProfile.efficiencies(node.required("efficiency"))
        threads = try node.optional("threads")?.int(in: 1...1024) ?? 1
        threadScaling = try node.optional("thread_scaling")?.double(in: 0.1...1024) ?? 1
        switch kind {
        case .cpu: utilisation = .lanes(try node.required("lanes").int(in: 1...1024))
        case .gpu: utilisation = .occupancy(half: try node.required("half_occupancy").double(in: 0...1e9))
        case .systolic:
            utilisation = .array(
                rows: try node.required("rows").int(in: 1...65536),
                columns: try node.required("columns").int(in: 1...65536))
        case .vectorNPU, .fpga:
            let block = try node.required("block")
            try block.allow(keys: ["pixels", "input", "output"])
            utilisation = .blocks(
                pixels: try block.required("pixels").int(in: 1...65536),
                input: try block.required("input").int(in: 1...65536),
                output: try block.required("output").int(in: 1...65536))
        case .microcontroller: utilisation = .full
        }
    }

    private static func efficiencies(_ node: YAMLNode) throws(YAMLError) -> [Rate<Work>] {
        var rates: [Rate<Work>] = []
        try node.allow(keys: WorkFamily.allCases.map(\.rawValue))
        for (name, types) in try node.mapping {
            guard let family = WorkFamily(rawValue: name) else { continue }
            for (type, value) in try types.mapping {
                rates.append(
                    Rate(
                        key: Work(family, try value.dataType(named: type)),
                        value: try value.double(in: 1e-6...64)))
            }
        }
        return rates
    }
}

extension MemoryProfile {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["levels", "bandwidth_gbps", "ram", "flash", "parameter_cache"])
        levels = []
        for level in try node.optional("levels")?.list() ?? [] {
            try level.allow(keys: ["bytes", "bandwidth_gbps"])
            levels.append(
                Level(
                    bytes: try level.required("bytes").bytes(),
                    bandwidth: try level.required("bandwidth_gbps").double(in: 1e-6...1e6)))
        }
        bandwidth = try node.required("bandwidth_gbps").double(in: 1e-6...1e6)
        ramBytes = try node.required("ram").bytes()
        flashBytes = try node.optional("flash")?.bytes()
        if let cache = try node.optional("parameter_cache") {
            try cache.allow(keys: ["bytes", "bandwidth_gbps"])
            parameterCache = ParameterCache(
                bytes: try cache.required("bytes").bytes(),
                bandwidth: try cache.required("bandwidth_gbps").double(in: 1e-6...1e6))
        }
    }
}

extension OverheadProfile {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["inference_us", "kernel_us", "transfer"])
        inferenceMilliseconds = try node.required("inference_us").double(in: 0...1e9) / 1000
        kernelMilliseconds = try node.required("kernel_us").double(in: 0...1e9) / 1000
        if let transfer = try node.optional("transfer") {
            try transfer.allow(keys: ["latency_us", "bandwidth_gbps"])
            self.transfer = Transfer(
                milliseconds: try transfer.required("latency_us").double(in: 0...1e9) / 1000,
                bandwidth: try transfer.required("bandwidth_gbps").double(in: 1e-6...1e6))
        }
    }
}

extension EnergyProfile {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["boundary", "active_watts"])
        boundary = try node.required("boundary").string()
        activeWatts = try node.required("active_watts").double(in: 1e-6...1e5)
    }
}

extension SupportProfile {
    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(keys: ["types", "operations", "channel_scales", "fallback"])
        types = []
        for (key, value) in try node.required("types").mapping {
            types.append(TypeRule(dataType: try value.dataType(named: key), treatment: try value.treatment()))
        }
        operations = []
        for (operation, rule) in try node.optional("operations")?.mapping ?? [] {
            guard SupportProfile.operationNames.contains(operation) else {
                throw rule.error("'\(operation)' is not an operation; see docs/devices.md for their names")
            }
            if rule.isScalar {
                operations.append(
                    OperationRule(operation: operation, dataType: nil, treatment: try rule.treatment()))
                continue
            }
            for (type, treatment) in try rule.mapping {
                operations.append(
                    OperationRule(
                        operation: operation, dataType: try treatment.dataType(named: type),
                        treatment: try treatment.treatment()))
            }
        }
        if let scales = try node.optional("channel_scales") {
            channelScales = try scales.treatment()
            if case .converted = channelScales {
                throw scales.error("expected native, fallback or unsupported")
            }
        }
        if let fallback = try node.optional("fallback") {
            try fallback.allow(keys: ["device", "takes_rest"])
            self.fallback = Fallback(
                name: try fallback.required("device").string(),
                takesRest: try fallback.required("takes_rest").bool(),
                profile: [])
        }
        try requireFallback(node)
    }

    private func requireFallback(_ node: YAMLNode) throws(YAMLError) {
        let isNeeded =
            channelScales == .fallback || types.contains { $0.treatment == .fallback }
            || operations.contains { $0.treatment == .fallback }
        guard !isNeeded || fallback != nil else {
            throw node.error("a rule says 'fallback', but the key 'fallback' names no device")
        }
    }

    /// The names that rules may use, as graphs and docs/devices.md call the operations.
    static let operationNames: Set<String> = Set(
        [
            "convolution", "depthwise_convolution", "grouped_convolution", "dense", "batch_normalization",
            "average_pool",
            "maximum_pool", "global_average_pool", "global_maximum_pool", "concatenate", "slice", "reshape",
            "transpose",
            "pad", "softmax", "resize", "local_response_normalization", "matrix_multiply", "reduce_mean",
            "reduce_sum",
            "reduce_maximum", "reduce_minimum", "cast", "quantize", "dequantize", "relu", "relu6",
            "hard_swish",
            "sigmoid", "silu", "tanh", "hard_sigmoid", "gelu", "leaky_relu", "clip",
        ] + BinaryOperation.allCases.map(\.rawValue) + UnaryOperation.allCases.map(\.rawValue))
}
