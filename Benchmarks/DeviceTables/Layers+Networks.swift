import ModelGraph

extension Layers {
    /// MobileNetV1 (Howard and others 2017).
    mutating func mobileNetV1(width multiplier: Double = 1) throws {
        func scaled(_ width: Int) -> Int { Int(Double(width) * multiplier) }
        try convolve(scaled(32), kernel: 3, stride: 2, .relu6)
        let blocks = [
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
            (512, 1),
            (1024, 2), (1024, 1),
        ]
        for (width, stride) in blocks {
            try convolve(nil, kernel: 3, stride: stride, .relu6)
            try convolve(scaled(width), kernel: 1, .relu6)
        }
    }

    /// MobileNetV2 (Sandler and others 2018, table 2); widths are multiples of 8, at least nine tenths of the product.
    mutating func mobileNetV2(width multiplier: Double = 1) throws {
        func scaled(_ width: Int) -> Int {
            let exact = Double(width) * multiplier
            let rounded = max(8, Int(exact + 4) / 8 * 8)
            return Double(rounded) < 0.9 * exact ? rounded + 8 : rounded
        }
        try convolve(scaled(32), kernel: 3, stride: 2, .relu6)
        let stages = [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
            (6, 320, 1, 1),
        ]
        for (expansion, width, count, stride) in stages {
            for index in 0..<count {
                try inverted(
                    channels * expansion, scaled(width), kernel: 3, stride: index == 0 ? stride : 1,
                    excites: false,
                    .relu6)
            }
        }
        try convolve(1280, kernel: 1, .relu6)
    }

    mutating func inverted(
        _ hidden: Int, _ width: Int, kernel: Int, stride: Int, excites: Bool, _ activation: Activation
    ) throws {
        let entry = value
        if hidden != channels { try convolve(hidden, kernel: 1, activation) }
        try convolve(nil, kernel: kernel, stride: stride, activation)
        if excites { try excite() }
        try convolve(width, kernel: 1, nil)
        if builder.shape(of: entry) == builder.shape(of: value) {
            value = try builder.apply(.binary(.add), to: [value, entry])
        }
    }

    private mutating func excite() throws {
        let gated = value
        let width = channels
        value = try builder.apply(.globalPool(.average), to: [gated])
        try convolve(max(8, (width / 4 + 4) / 8 * 8), kernel: 1, .relu)
        try convolve(width, kernel: 1, .hardSigmoid)
        value = try builder.apply(.binary(.multiply), to: [gated, value])
    }

    struct Row {
        var kernel, hidden, width: Int
        var excites: Bool
        var isHard: Bool
        var stride: Int
        init(_ kernel: Int, _ hidden: Int, _ width: Int, _ excites: Bool, _ isHard: Bool, _ stride: Int) {
            self.kernel = kernel
            self.hidden = hidden
            self.width = width
            self.excites = excites
            self.isHard = isHard
            self.stride = stride
        }
    }

    /// MobileNetV3-Large (Howard and others 2019, table 1).
    static let large = [
        Row(3, 16, 16, false, false, 1), Row(3, 64, 24, false, false, 2), Row(3, 72, 24, false, false, 1),
        Row(5, 72, 40, true, false, 2), Row(5, 120, 40, true, false, 1), Row(5, 120, 40, true, false, 1),
        Row(3, 240, 80, false, true, 2), Row(3, 200, 80, false, true, 1), Row(3, 184, 80, false, true, 1),
        Row(3, 184, 80, false, true, 1), Row(3, 480, 112, true, true, 1), Row(3, 672, 112, true, true, 1),
        Row(5, 672, 160, true, true, 2), Row(5, 960, 160, true, true, 1), Row(5, 960, 160, true, true, 1),
    ]

    /// MobileNetV3-Small (Howard and others 2019, table 2).
    static let small = [
        Row(3, 16, 16, true, false, 2), Row(3, 72, 24, false, false, 2), Row(3, 88, 24, false, false, 1),
        Row(5, 96, 40, true, true, 2), Row(5, 240, 40, true, true, 1), Row(5, 240, 40, true, true, 1),
        Row(5, 120, 48, true, true, 1), Row(5, 144, 48, true, true, 1), Row(5, 288, 96, true, true, 2),
        Row(5, 576, 96, true, true, 1), Row(5, 576, 96, true, true, 1),
    ]

    mutating func mobileNetV3(_ rows: [Row], last: Int, hidden: Int) throws {
        try convolve(16, kernel: 3, stride: 2, .hardSwish)
        for row in rows {
            try inverted(
                row.hidden, row.width, kernel: row.kernel, stride: row.stride, excites: row.excites,
                row.isHard ? .hardSwish : .relu)
        }
        try convolve(last, kernel: 1, .hardSwish)
        value = try builder.apply(.globalPool(.average), to: [value])
        try dense(hidden, .hardSwish)
    }

    /// ResNet (He and others 2016, table 1).
    mutating func resNet(_ depth: Int) throws {
        let counts = depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3]
        try convolve(64, kernel: 7, stride: 2, .relu)
        try maximumPool(3, stride: 2)
        for (stage, count) in counts.enumerated() {
            for index in 0..<count {
                let stride = stage > 0 && index == 0 ? 2 : 1
                try residual(64 << stage, stride: stride, isBottleneck: depth >= 50)
            }
        }
    }

    mutating func residual(_ width: Int, stride: Int, isBottleneck: Bool) throws {
        let entry = value
        let outputs = isBottleneck ? 4 * width : width
        var shortcut = entry
        if stride != 1 || channels != outputs {
            try convolve(outputs, kernel: 1, stride: stride, nil)
            shortcut = value
            value = entry
        }
        if isBottleneck {
            try convolve(width, kernel: 1, .relu)
            try convolve(width, kernel: 3, stride: stride, .relu)
            try convolve(outputs, kernel: 1, nil)
        } else {
            try convolve(width, kernel: 3, stride: stride, .relu)
            try convolve(width, kernel: 3, nil)
        }
        value = try builder.apply(.binary(.add), to: [value, shortcut])
        value = try builder.apply(.activation(.relu), to: [value])
    }

    /// Simonyan and Zisserman 2015, columns D and E.
    mutating func vgg(_ depth: Int, classes: Int) throws -> Graph {
        for (width, count) in zip(
            [64, 128, 256, 512, 512], depth == 16 ? [2, 2, 3, 3, 3] : [2, 2, 4, 4, 4])
        {
            for _ in 0..<count { try convolve(width, kernel: 3, .relu) }
            try maximumPool(2, stride: 2)
        }
        try dense(4096, .relu)
        try dense(4096, .relu)
        try dense(classes)
        return builder.graph(outputs: [value])
    }
}
