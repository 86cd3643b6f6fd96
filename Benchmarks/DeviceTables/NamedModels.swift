import ModelGraph

/// Published networks, weights unknown: enough to be priced.
enum NamedModel: Hashable {
    case mobileNetV1, mobileNetV2, mobileNetV3Large, mobileNetV3Small
    case resNet(Int)
    case vgg(Int)

    /// Networks that share their building blocks.
    var family: String {
        switch self {
        case .mobileNetV1: "mobilenet_v1"
        case .mobileNetV2: "mobilenet_v2"
        case .mobileNetV3Large, .mobileNetV3Small: "mobilenet_v3"
        case .resNet: "resnet"
        case .vgg: "vgg"
        }
    }

    /// The network behind a name of the table of published latencies, where this file can build it.
    init?(_ name: String) {
        switch name.lowercased().replacing(" ", with: "").replacing("-", with: "").replacing("_", with: "") {
        case "mobilenetv1", "mobilenetv11.0224quant": self = .mobileNetV1
        case "mobilenetv2": self = .mobileNetV2
        case "mobilenetv3large": self = .mobileNetV3Large
        case "mobilenetv3small": self = .mobileNetV3Small
        case "resnet18": self = .resNet(18)
        case "resnet34": self = .resNet(34)
        case "resnet50", "resnet50v1": self = .resNet(50)
        case "vgg16": self = .vgg(16)
        case "vgg19": self = .vgg(19)
        default: return nil
        }
    }

    func graph(size: Int, classes: Int = 1000) throws -> Graph {
        var network = Layers(size: size)
        switch self {
        case .mobileNetV1: try network.mobileNetV1()
        case .mobileNetV2: try network.mobileNetV2()
        case .mobileNetV3Large: try network.mobileNetV3(Layers.large, last: 960, hidden: 1280)
        case .mobileNetV3Small: try network.mobileNetV3(Layers.small, last: 576, hidden: 1024)
        case .resNet(let depth): try network.resNet(depth)
        case .vgg(let depth): return try network.vgg(depth, classes: classes)
        }
        return try network.finished(classes: classes)
    }
}
