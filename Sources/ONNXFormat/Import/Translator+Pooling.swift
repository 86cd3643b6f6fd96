import ModelGraph

/// Maxima and means over windows or whole images.
extension Translator {
    mutating func pool(_ call: Call) throws(ONNXProblem) {
        let kind: PoolingKind = call.type == "MaxPool" ? .maximum : .average
        let raw = try view(0, of: call)
        let isQuantized = graph[raw.value].type.quantization != nil && dataType(raw) == .int8
        let (input, integer) = kind == .maximum && isQuantized ? (raw, nil) : try real(raw, call)
        guard input.rank >= 3 else { throw call.fault("needs an input of at least 3 axes") }
        guard let kernel = call.integers("kernel_shape") else { throw call.fault("needs kernel_shape") }
        let windows = try AxisWindow.all(
            call, kernel: kernel, input: Array(input.shape[2...]), roundsUp: call.flag("ceil_mode"))
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            try translator.pooled(input, kind, windows, call, name: name)
        }
        if call.outputs.count > 1, !call.outputs[1].isEmpty {
            let outputs = Array(try shape(of: call.output, call)[2...])
            try pooledPlaces(call, windows, outputs: outputs, as: call.outputs[1])
        }
    }

    /// Windows over images and signals; where there are more axes, one axis after the other, since maxima of maxima and means of
    /// means over a box are the box's own.
    private mutating func pooled(
        _ input: View, _ kind: PoolingKind, _ windows: [AxisWindow], _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        guard windows.count > 2 else {
            return try pooled(input, kind, PlaneWindow(windows), call, name: name)
        }
        let shape = input.shape
        let rest = Array(shape[3...])
        let first = try pooled(
            input.reshaped([shape[0], shape[1], shape[2], rest.reduce(1, *)]), kind,
            [windows[0], AxisWindow()], call, name: nil)
        let height = first.shape[2]
        let result = try pooled(
            first.reshaped([shape[0], shape[1] * height] + rest), kind, Array(windows.dropFirst()), call,
            name: name)
        return result.reshaped([shape[0], shape[1], height] + result.shape[2...])
    }

    private mutating func pooled(
        _ input: View, _ kind: PoolingKind, _ window: PlaneWindow, _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        var x = try image(input, call)
        var pooling = Pooling(
            kind, kernel: window.kernel, stride: window.stride, padding: window.padding,
            countsPadding: call.flag("count_include_pad"), dilation: window.dilation)
        if kind == .average, pooling.countsPadding, window.addedPadding != .zero {
            // The file's own padding counts, what rounding up adds does not.
            x = try apply(.pad(window.ownPadding), [x], call)
            (pooling.padding, pooling.countsPadding) = (window.addedPadding, false)
        }
        let id = try apply(.pool(pooling), [x], call, name: name)
        var result = imageView(id, rank: input.rank)
        result.isOffset = input.isOffset
        return result
    }

    mutating func globalPool(_ call: Call) throws(ONNXProblem) {
        let (input, integer) = try real(0, of: call)
        guard input.rank >= 3 else { throw call.fault("needs an input of at least 3 axes") }
        let kind: PoolingKind = call.type == "GlobalMaxPool" ? .maximum : .average
        let ones = [Int](repeating: 1, count: input.rank - 2)
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            try translator.pooled(input, kind, call, name: name).reshaped(
                [input.shape[0], input.shape[1]] + ones)
        }
    }

    /// Maximum or mean over everything behind the second axis.
    mutating func pooled(
        _ input: View, _ kind: PoolingKind, _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        let isImage = input.rank == 4
        let spatial =
            isImage
            ? input : input.reshaped([input.shape[0], input.shape[1], 1, input.shape[2...].reduce(1, *)])
        let id = try apply(.globalPool(kind), [try image(spatial, call)], call, name: name)
        return imageView(id, rank: 4)
    }
}
