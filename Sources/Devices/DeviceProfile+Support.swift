import ModelGraph

/// Where a kernel runs, and as which type.
enum Placement: Hashable, Sendable {
    case device(DataType)
    case fallback(reason: String)
    case refused(reason: String)
}

extension DeviceProfile {
    /// Where this device runs a kernel: by the type of its activations, then by its operation and fused activation.
    func placement(of work: Workload) -> Placement {
        let type = work.dataType
        var computed = type
        if work.weightType == .float16, type != .float16,
            rule(for: "dequantize", .float16) == .unsupported
        {
            return .refused(
                reason: "\(runtime.name) on \(title) cannot widen float16 weights: its dequantize takes none."
            )
        }
        if work.weightScales == .perChannel {
            switch support.channelScales {
            case .native, .converted: break
            case .fallback:
                return .fallback(
                    reason: "\(title) leaves int8 layers with a weight scale for each channel to its host")
            case .unsupported:
                return .refused(
                    reason: "\(runtime.name) on \(title) takes int8 weights with one scale a tensor only, as "
                        + "'int8(per-tensor)' makes them.")
            }
        }
        for name in [work.operation, work.activation].compactMap({ $0 }) {
            switch rule(for: name, type) ?? typeRule(type) {
            case .native: break
            case .converted(let other): computed = other
            case .fallback:
                return .fallback(reason: "\(title) leaves \(name) in \(type.rawValue) to its host")
            case .unsupported: return .refused(reason: refusal(name, type))
            }
        }
        return .device(computed)
    }

    private func rule(for operation: String, _ type: DataType) -> SupportProfile.Treatment? {
        let exact = support.operations.first { $0.operation == operation && $0.dataType == type }
        return (exact ?? support.operations.first { $0.operation == operation && $0.dataType == nil })
            .flatMap { rule in
                // A rule for every type says only that the operation exists: the type's own rule still holds.
                rule.dataType == nil && rule.treatment == .native ? nil : rule.treatment
            }
    }

    private func typeRule(_ type: DataType) -> SupportProfile.Treatment {
        support.types.first { $0.dataType == type }?.treatment ?? .unsupported
    }

    private func refusal(_ operation: String, _ type: DataType) -> String {
        let types = support.types.filter { $0.treatment != .unsupported }.map(\.dataType)
        guard types.contains(type) else {
            let known = types.map(\.rawValue).joined(separator: ", ")
            return "\(title) computes in \(known) only, and \(operation) is in \(type.rawValue)."
        }
        return "\(runtime.name) on \(title) has no \(operation) in \(type.rawValue)."
    }
}
